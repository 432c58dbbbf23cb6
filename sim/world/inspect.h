/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Looking at the world from outside, as the oracle does.
 *
 * Nothing here changes anything, and no digest depends on history, time or
 * allocation: what is equal has equal digests.  Every result is a new
 * reference; NULL means that there is no such thing.
 */
#pragma once

#include <jansson.h>
#include "sim/world/world.h"
#include "spec/api/target.h"

/** Every file below a folder, sorted by path, folders left out:
 *  [{"path","kind":"regular|block","size","digest"}…].  A missing folder gives []. */
json_t *sim_inspect_files(SimWorld *world, const char *prefix);

/** The same files of the whole world, in no promised order and without a document; what is handed
 *  out is valid during the visit alone. */
void sim_visit_files(SimWorld *world, void (*visit)(void *data, const struct vm_file *file),
                     void *data);

/** One path: {"path","kind","size"}; a file adds "format" ("qcow2", "raw"), "damaged" (nobody may
 * write to it), "virtual-size", "backing" and "backing-format" (null where none), "snapshots":
 *  [{"id","name","vm-state-size"}…] oldest first, "bitmaps":[NAME…], "digest". */
json_t *sim_inspect_file(SimWorld *world, const char *path);

/** What there is in a file, without a document; it is valid during the visit alone.  FALSE where no
 *  file is at the path. */
gboolean sim_visit_image(SimWorld *world, const char *path,
                         void (*visit)(void *data, const struct vm_image *image), void *data);

/** What a guest would see of PATH, or of internal snapshot TAG (a name, the first of it) for
 *  PATH@TAG, through the backing chain: {"digest","size","memory"}.  "memory" is the digest of the
 *  saved RAM in the snapshot or save image, else null.  NULL too where the chain is broken. */
json_t *sim_inspect_content(SimWorld *world, const char *place);

/** The same without a document; FALSE for NULL. */
gboolean sim_look_at_content(SimWorld *world, const char *place, struct vm_content *seen);

/** The block nodes of an instance, in the order of naming:
 *  [{"node","driver","file","backing","users","read-only"}…]; "backing" is a node name or null,
 *  "file" a path, "users" the number of parents. */
json_t *sim_inspect_nodes(SimWorld *world, const char *instance);

/** The same nodes without a document, each with its file; FALSE for NULL. */
gboolean sim_visit_nodes(SimWorld *world, const char *instance,
                         void (*visit)(void *data, const char *node, const char *file), void *data);

/** The jobs of an instance, oldest first: [{"id","type","status"}…]. */
json_t *sim_inspect_jobs(SimWorld *world, const char *instance);

/** The same jobs without a document, each by its id; FALSE for NULL. */
gboolean sim_visit_jobs(SimWorld *world, const char *instance,
                        void (*visit)(void *data, const char *id), void *data);

/** The RAM of an instance: {"digest","counter"}; the digest is that of content()'s "memory". */
json_t *sim_inspect_ram(SimWorld *world, const char *instance);

/** The digest alone, in 32 characters and a NUL; FALSE for NULL. */
gboolean sim_look_at_ram(SimWorld *world, const char *instance, char *digest);

/** A digest (of 32 hexadecimal digits) of all that a driver can find that begins anew on a copy of
 *  the files, as long as sim_onlooker_strayed() is not: every name with what it stands for, every
 *  instance and what its CPUs do.  Not the time.  FALSE where something is under way in one. */
gboolean sim_inspect_beginning(SimWorld *world, char digest[33]);

/** The names of the instances that run, sorted. */
json_t *sim_inspect_instances(SimWorld *world);
