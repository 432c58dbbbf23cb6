/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that a driver can find when it begins, in one digest.
 */
#include "sim/block/digest.h"
#include "sim/vm/port.h"
#include "sim/world/inode.h"
#include "sim/world/inspect.h"
#include "sim/world/world_private.h"

static void
add_content(SimDigest *digest, SimInode *inode)
{
    SimDigest content = sim_inode_digest(inode);
    digest->a ^= content.a;
    digest->b ^= content.b;
    sim_digest_number(digest, sim_inode_size(inode) << 1 | (inode->kind == SIM_INODE_BLOCK));
    if (sim_inode_image(inode) == NULL)
        return;
    /* What is about the layout, and so in the bytes that the file begins with. */
    const SimImageState *state = sim_image_state(sim_inode_image(inode));
    sim_digest_number(digest, state->damage);
    sim_digest_number(digest, state->cluster_size);
    sim_digest_number(digest, (guint64)state->version_2 << 1 | (guint64)state->table_left);
}

/* A folder's path is the same mostly, and so is that of a name in it. */
static SimDigest
add_name(const SimDigest *path, SimName *name)
{
    if (name->of.a != path->a || name->of.b != path->b) {
        name->of = name->digest = *path;
        sim_digest_bytes(&name->digest, name->name, name->length);
    }
    return name->digest;
}

/* Names come in no order: each adds its own part, and sums know none. */
static void
add_folder(SimDigest *sum, SimInode *folder, const SimDigest *path)
{
    for (guint i = 0; i < folder->total; i++) {
        SimName *name = folder->names[i];
        if (name->inode == NULL)
            continue;
        SimDigest part = add_name(path, name);
        if (sim_inode_kind(name->inode) == SIM_INODE_DIR)
            add_folder(sum, name->inode, &part);
        else
            add_content(&part, name->inode);
        sum->a += part.a;
        sum->b += part.b;
    }
}

static gboolean
add_instances(SimDigest *digest, SimHypervisor *hypervisor)
{
    g_autoptr(GPtrArray) names = sim_hypervisor_names(hypervisor);
    for (guint i = 0; i < names->len; i++) {
        const SimMachine *machine = sim_hypervisor_machine(hypervisor, names->pdata[i]);
        if (!sim_machine_still(machine))
            return FALSE;
        sim_digest_string(digest, machine->name);
        sim_digest_number(digest, machine->run);
    }
    return TRUE;
}

gboolean
sim_inspect_beginning(SimWorld *world, char text[33])
{
    SimDigest digest = SIM_DIGEST_START;
    if (!add_instances(&digest, world->hypervisor))
        return FALSE;
    const SimDigest path = SIM_DIGEST_START;
    add_folder(&digest, sim_fs_lookup(world->fs, "/", NULL), &path);
    sim_digest_write(&digest, text);
    return TRUE;
}
