/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to sim/world: a file or folder.
 *
 * A name of a folder keeps what it stood for at the folder's last sync, where
 * that was something else: a sync forgets it, a power cut puts it back.  So a
 * change costs the same in a folder of ten names and of a hundred thousand.
 */
#pragma once

#include "sim/world/fs.h"

/** The bytes of a file; what was put in the place of the first ones is kept beside the others. */
typedef struct {
    GBytes *body; /* or NULL: none */
    GBytes *head; /* not longer than body, or NULL: body has its own */
} SimText;

/** A name in a folder. */
typedef struct SimName SimName;
struct SimName {
    SimInode *inode;  /* NULL: the name is gone, but not durably */
    SimInode *former; /* of a changed name: what it stood for at the last sync, or NULL */
    SimName *next;    /* of the changed ones */
    guint at;         /* its place in SimInode.names */
    gboolean changed;
    gboolean idle; /* it is among those of its folder */
    /* `digest`: that of the folder's path with the name added, where the path's was `of` */
    SimDigest of, digest;
    gsize length;
    char name[];
};

/* Names that stand for nothing, and that a folder keeps all the same: files come and go by the same
 * few. */
#define SIM_FOLDER_IDLE 8

struct SimInode {
    guint refs;
    SimInodeKind kind;
    union {
        struct {                            /* of a folder */
            SimName **names;                /* in no promised order */
            guint total, room;              /* of names / that there is room for */
            GHashTable *by_name;            /* char * → SimName *; NULL while they are few */
            SimName *changed;               /* since the last sync, the first one first */
            SimName **changed_end;          /* where the next one is put */
            guint count;                    /* names that stand for something */
            SimName *idle[SIM_FOLDER_IDLE]; /* what came to stand for nothing last, or NULL */
            guint next_idle;
        };
        struct {                     /* of a file */
            SimText text;            /* content, unless tail or image */
            GByteArray *tail;        /* the same while it is being written */
            SimDigest *digest;       /* of a content that is no image, once it was asked for */
            SimText durable;         /* content as of the last sync; no body: never synced */
            SimImage *image;         /* the content where it is a disk image */
            SimImage *durable_image; /* the image that durable content is in, or NULL */
            guint64 block_size;      /* of a block device */
            GPtrArray *locks;        /* of SimLock *, or NULL */
            guint failed_syncs;      /* so many: who has it open is told of each once */
        };
    };
};

/** A new inode; the caller unrefs it. */
SimInode *sim_inode_new(SimInodeKind kind);
/** A copy of it and of all below; what was synced since is forgotten. */
SimInode *sim_inode_copy(SimInode *inode);
/** The digest of what a file holds; that of plain bytes is worked out once. */
SimDigest sim_inode_digest(SimInode *inode);
/** Empty a file. */
void sim_inode_truncate(SimInode *inode);
/** Lose what was not synced, here and below. */
void sim_inode_power_cut(SimInode *inode);

/* ---- folder.c ---- */

/** Make a new inode a folder without names / free the names of a folder. */
void sim_folder_init(SimInode *folder);
void sim_folder_clear(SimInode *folder);
/** The name, or NULL where the folder has none such, not even as one that is gone. */
SimName *sim_folder_find(const SimInode *folder, const char *name);
/** What a name stands for, or NULL. */
SimInode *sim_folder_look(const SimInode *folder, const char *name);
/** Let a name stand for an inode (referenced) / for nothing; `known` is what sim_folder_find()
 * gave, and may be NULL. */
void sim_folder_link(SimInode *folder, SimName *known, const char *name, SimInode *inode);
void sim_folder_unlink(SimInode *folder, SimName *known);
/** Make the names of a folder durable / what they were at the last sync. */
void sim_folder_sync(SimInode *folder);
void sim_folder_restore(SimInode *folder);
/** Copy all names of a folder, and what they stand for, into a new one. */
void sim_folder_copy(const SimInode *folder, SimInode *copy);
