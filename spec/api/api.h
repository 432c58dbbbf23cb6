/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The calls, their flags, and the enumerations of the API as tables
 * (calls.def, flags.def, enums.def).  The driver, the scenario parser, --help
 * and the flag generator read these and nothing else.
 */
#pragma once

#include <glib.h>
#include "spec/api/error.h"

/** Profiles as a bit set: which contract a flag, a rule or a row belongs to. */
typedef enum {
    VM_PROFILE_RFC = 1,
    VM_PROFILE_LIBVIRT = 2,
    VM_PROFILE_BOTH = 3,
} VmProfile;

/** Every call; VM_CALL_SNAPSHOT_CREATE_XML and so on, from calls.def. */
typedef enum {
#define VM_CALL(id, function, command, family, flags, since, profile) VM_CALL_##id,
#include "spec/api/calls.def"
    VM_CALL_LAST
} VmCall;

/** The sets of flags, from flags.def; several calls may share one. */
typedef enum {
#define VM_FLAG_SET(set, prefix) VM_FLAGS_##set,
#include "spec/api/flags.def"
    VM_FLAGS_LAST
} VmFlagSet;

/** Every flag's value as VIR_<its libvirt name>, from flags.def. */
enum {
#define VM_FLAG(set, name, value, option, since, profile) VIR_##name = value,
#include "spec/api/flags.def"
};

/** Every enumerator of states, reasons, events and details as VIR_<name>, from enums.def. */
enum {
#define VM_ENUM(group, name, value, word, since) VIR_##name = value,
#include "spec/api/enums.def"
};

/** One call. */
typedef struct {
    VmCall id;
    const char *name;     /* "SNAPSHOT_CREATE_XML" */
    const char *function; /* "virDomainSnapshotCreateXML" */
    const char *command;  /* virsh command, or NULL where virsh has none of its own */
    const char *family;   /* "domain", "snapshot", "checkpoint", "backup", "blockjob", … */
    VmFlagSet flags;      /* VM_FLAGS_NONE where the call takes none */
    const char *since;    /* "0.8.0" */
    VmProfile profile;
} VmCallInfo;

/** One flag of one set. */
typedef struct {
    VmFlagSet set;
    const char *name; /* "DOMAIN_SNAPSHOT_CREATE_HALT": libvirt's name without VIR_ */
    guint32 value;
    const char *option; /* virsh option without dashes, or NULL */
    const char *since;
    VmProfile profile;
} VmFlagInfo;

/** One enumerator. */
typedef struct {
    const char *group; /* "state", "reason-running", "event", "detail-started", … */
    const char *name;  /* "DOMAIN_RUNNING" */
    int value;
    const char *word; /* what scenarios and texts call it: "running", "from-snapshot" */
    const char *since;
} VmEnumInfo;

/** The row of a call; never NULL for a valid id. */
const VmCallInfo *vm_call_info(VmCall call);

/** The first row whose virsh command is `command`, or NULL. */
const VmCallInfo *vm_call_by_command(const char *command);

/** The flags of a call in the table's order; *count receives how many.  Static memory. */
const VmFlagInfo *vm_call_flags(VmCall call, gsize *count);

/** All bits that a call knows under a profile. */
guint32 vm_call_mask(VmCall call, VmProfile profile);

/** The flag of a call by virsh option (no dashes), or NULL. */
const VmFlagInfo *vm_flag_by_option(VmCall call, const char *option);

/** The flag of a call by libvirt's name, whole ("DOMAIN_SNAPSHOT_CREATE_HALT") or its last
 *  part ("HALT"), or NULL. */
const VmFlagInfo *vm_flag_by_name(VmCall call, const char *name);

/** "HALT|LIVE" for a set of bits of a call; unknown bits as 0x….  The caller frees it. */
char *vm_flags_format(VmCall call, guint32 flags);

/** The word of a value in a group ("state", 1 → "running"), or NULL. */
const char *vm_enum_word(const char *group, int value);

/** The value of a word in a group, or -1. */
int vm_enum_value(const char *group, const char *word);

/** Every enumerator in the table's order; *count receives how many.  Static memory. */
const VmEnumInfo *vm_enums(gsize *count);

/** Refuse bits that `call` does not know under `profile`: INVALID_ARG naming the bits
 *  (SNAP-API-017, DOM-API-023). */
gboolean vm_flags_check(VmCall call, guint32 flags, VmProfile profile, GError **error);
