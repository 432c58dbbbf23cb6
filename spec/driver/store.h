/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The store seam: the driver's only way to files.  Paths are absolute.
 *
 * What is written is durable only after sync_file(); a name that was created,
 * renamed or removed is durable only after sync_dir() of its folder.  Nothing
 * else may be assumed across a power cut.
 *
 * Errors are GErrors of domain VM_ERROR, code VIR_ERR_SYSTEM_ERROR, whose text
 * names the path and the cause ("No such file or directory").
 */
#pragma once

#include <glib.h>
#include "spec/api/error.h"

typedef struct VmStore VmStore;
typedef struct VmStoreFile VmStoreFile;

/** What kind of thing a path names. */
typedef enum {
    VM_FILE_MISSING,
    VM_FILE_REGULAR,
    VM_FILE_DIR,
    VM_FILE_BLOCK,
} VmFileKind;

/** What stat() tells. */
typedef struct {
    VmFileKind kind;
    guint64 size;
} VmFileStat;

/** What can be replaced at once in the midst of a file: a sector. */
#define VM_STORE_HEAD_MAX 512

/** Other bytes for the beginning of a file. */
typedef struct {
    const char *former; /* what the file begins with, or NULL: that does not matter */
    const char *bytes;
    gsize length; /* of both: at most VM_STORE_HEAD_MAX, and not more than the file has */
    gboolean durable;
} VmStoreHead;

/** What a store implements; every function is required. */
typedef struct {
    /** Look a path up; a missing one is no error (kind = VM_FILE_MISSING). */
    gboolean (*stat)(VmStore *store, const char *path, VmFileStat *st, GError **error);
    /** The whole content; the caller unrefs it.  More than `max` bytes is an error. */
    GBytes *(*read)(VmStore *store, const char *path, gsize max, GError **error);
    /** The first `length` bytes, fewer where the file is shorter; the caller unrefs it. */
    GBytes *(*read_head)(VmStore *store, const char *path, gsize length, GError **error);
    /** Open an existing file for reading from `offset`, to be passed to a hypervisor. */
    VmStoreFile *(*open)(VmStore *store, const char *path, guint64 offset, GError **error);
    /** Create (or truncate) a file for writing; closed by close(). */
    VmStoreFile *(*create)(VmStore *store, const char *path, GError **error);
    /** Append bytes. */
    gboolean (*write)(VmStoreFile *file, const void *data, gsize length, GError **error);
    /** Put other bytes in the place of a file's first ones: whoever reads sees all of them or none.
     *  A file that begins otherwise than was said is left alone, which is an error; where the new
     *  bytes stand but could not be made durable, that is one, too. */
    gboolean (*replace_head)(VmStore *store, const char *path, const VmStoreHead *head,
                             GError **error);
    /** Make the content durable. */
    gboolean (*sync_file)(VmStoreFile *file, GError **error);
    /** Close; frees the handle. */
    void (*close)(VmStoreFile *file);
    /** Replace `to` by `from` atomically; directories too (`to` must not exist then). */
    gboolean (*rename)(VmStore *store, const char *from, const char *to, GError **error);
    /** Remove a file. */
    gboolean (*unlink)(VmStore *store, const char *path, GError **error);
    /** Make a folder and its parents; one that exists is fine. */
    gboolean (*mkdir)(VmStore *store, const char *path, GError **error);
    /** Remove an empty folder. */
    gboolean (*rmdir)(VmStore *store, const char *path, GError **error);
    /** Names in a folder, sorted by byte value; a missing folder gives an empty list. */
    GPtrArray *(*list)(VmStore *store, const char *path, GError **error);
    /** Make the names in a folder durable. */
    gboolean (*sync_dir)(VmStore *store, const char *path, GError **error);
} VmStoreOps;

/** A store; implementations embed it as their first member. */
struct VmStore {
    const VmStoreOps *ops;
};

/** An open file; implementations embed it as their first member. */
struct VmStoreFile {
    VmStore *store;
};

/** What a path names; VM_FILE_MISSING also when it cannot be looked at. */
VmFileKind vm_store_kind(VmStore *store, const char *path);

/** Read a whole file of at most `max` bytes as a string (NUL added).  The caller frees it. */
char *vm_store_read_text(VmStore *store, const char *path, gsize max, GError **error);

/** Make a folder and its parents; the names of those that were missing are durable then. */
gboolean vm_store_make_folder(VmStore *store, const char *folder, GError **error);

/** Replace a file's content atomically and durably: a temporary file beside it, sync, rename,
 *  sync of the folder (which is made where it is missing).  On failure the former content is there
 *  and the temporary file is gone; where the last sync was what failed, the former content has been
 *  put back, and only a power cut may still show either of the two. */
gboolean vm_store_replace(VmStore *store, const char *path, const char *text, GError **error);

/** The first half of vm_store_replace(): the content is durable, but under a temporary name that
 *  nobody reads.  vm_store_publish() or vm_store_abandon() must follow. */
gboolean vm_store_prepare(VmStore *store, const char *path, const char *text, GError **error);

/** The second half: what was prepared takes the file's place, durably; on failure as with
 *  vm_store_replace(). */
gboolean vm_store_publish(VmStore *store, const char *path, GError **error);

/** What was prepared is not wanted any more. */
void vm_store_abandon(VmStore *store, const char *path);

/** The same for a file of a folder that is there, where it does not matter which of the two
 * contents a power cut leaves: without the sync of the folder. */
gboolean vm_store_replace_either(VmStore *store, const char *path, const char *text,
                                 GError **error);

/** Replace a file's content atomically for everybody who looks, but not durably: after a power cut
 *  it may be the former one, cut short, or none.  For what is about instances, which end then. */
gboolean vm_store_replace_volatile(VmStore *store, const char *path, const char *text,
                                   GError **error);

/** Remove a file durably; one that is missing is fine.  On failure it is there still. */
gboolean vm_store_remove(VmStore *store, const char *path, GError **error);

/** The same for a file that nobody wants back: it is not put aside first, also where the folder is
 *  a user's, which is not swept.  After a failure it may be there still, or come back with a power
 *  cut; who repeats it makes it durable. */
gboolean vm_store_drop(VmStore *store, const char *path, GError **error);

/** Make durable what a file holds, whoever wrote it; its name is left as it is. */
gboolean vm_store_sync_content(VmStore *store, const char *path, GError **error);

/** The same, and the file's name. */
gboolean vm_store_sync(VmStore *store, const char *path, GError **error);

/** Remove what a replace or a removal that was cut short has left in a folder of ours; the names of
 *  all else, as list() gives them, or NULL.  The caller unrefs the array. */
GPtrArray *vm_store_sweep(VmStore *store, const char *folder, GError **error);
