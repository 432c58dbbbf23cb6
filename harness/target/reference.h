/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference driver as a target, whatever hypervisor is under it: its calls
 * are the same over every world.
 */
#pragma once

#include "spec/api/target.h"
#include "spec/driver/driver.h"

/** What a driver stands on; all borrowed from the world. */
typedef struct {
    VmHypervisor *hypervisor;
    VmStore *store;
    VmEnv *env;
    const char *root;     /* of all metadata */
    const char *disk_dir; /* of the images; exists */
    VmReadings *readings; /* shared with other copies of the world, or NULL */
} ReferencePorts;

typedef struct ReferenceWorld ReferenceWorld;

/** What a world implements beside the ports; every function that does not say so is required.
 *  Failures are of domain VM_ERROR.  What the driver can do over a world, it can do over every one:
 *  the list is in reference.c. */
typedef struct {
    /** What stands behind the driver, in words.  The caller frees it. */
    char *(*describe)(ReferenceWorld *world);
    /** End all that runs and free it. */
    void (*close)(ReferenceWorld *world);
    /** A world whose driver sees what this one's would after a restart; what is done there does not
     *  touch this one, which must outlive it. */
    ReferenceWorld *(*copy)(ReferenceWorld *world, GError **error);
    /** One guest command; *answer is the caller's. */
    gboolean (*guest)(ReferenceWorld *world, const char *instance, const char *command,
                      char **answer, GError **error);
    /** See vm_target.inspect; NULL where there is no such thing.  "dir" is not asked. */
    json_t *(*inspect)(ReferenceWorld *world, const char *what, const char *argument);
    /** See vm_target.disturb; INVALID_ARG for what is none of its words. */
    gboolean (*disturb)(ReferenceWorld *world, const char *instance, const char *what,
                        GError **error);
    /** See vm_target.disturb without a domain.  NULL: nor is there the capability "store-faults".
     */
    gboolean (*store_fault)(ReferenceWorld *world, const char *what, GError **error);
    /** Let milliseconds pass. */
    void (*advance)(ReferenceWorld *world, guint64 milliseconds);
    /** What was logged since the last call, or NULL.  The caller frees it. */
    char *(*take_log)(ReferenceWorld *world);
    /** Make an image by a recipe.  NULL: there are none, nor is there the capability "recipes". */
    gboolean (*recipe)(ReferenceWorld *world, const char *name, const char *path, guint64 size,
                       GError **error);
    /** Put a copy of an image, durably, where nothing or a file is; FALSE in *done where the file
     * is plain bytes.  NULL: the bytes of images are all that they hold. */
    gboolean (*copy_image)(ReferenceWorld *world, const char *from, const char *to, gboolean *done,
                           GError **error);
    /** Whether a process has the file open.  NULL: nobody can tell. */
    gboolean (*is_open)(ReferenceWorld *world, const char *path);
    /** Nanoseconds that the hypervisor took.  NULL: it is none of its own. */
    guint64 (*hypervisor_time)(ReferenceWorld *world);
} ReferenceWorldOps;

/** A world; implementations embed it as their first member. */
struct ReferenceWorld {
    const ReferenceWorldOps *ops;
    ReferencePorts ports;
};

/** One driver over one world. */
struct vm_conn {
    ReferenceWorld *world;
    VmDriver *driver;
    VmProfile profile;
};

/** A connection over a world (taken) for open(); for a NULL world it fails with `failure` (taken).
 */
int reference_open(const struct vm_target_options *options, ReferenceWorld *world, GError *failure,
                   struct vm_conn **conn, struct vm_error *err);

/** Fill in everything but the name and open(). */
void reference_fill(struct vm_target *table);
/** Fill in the domain calls. */
void reference_fill_domain(struct vm_target *table);
/** Fill in the snapshot calls. */
void reference_fill_snapshot(struct vm_target *table);

/** Hand a failure (taken) on as a vm_error; its code is the result. */
int reference_fail(GError *failure, struct vm_error *err);
/** 0, or what reference_fail() answers. */
int reference_answer(gboolean ok, GError *failure, struct vm_error *err);
/** An array of names (taken, with its names) as a list in one block, as the driver gives them. */
char **reference_list(GPtrArray *names);
