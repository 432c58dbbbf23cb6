/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/driver/block_commit.h"
#include "spec/driver/snapshot_steps.h"
#include <string.h>

void
vm_block_commit_clear(VmBlockCommit *commit)
{
    g_free(commit->root);
    g_free(commit->top);
    g_free(commit->base);
    *commit = (VmBlockCommit){0};
}

/* ---- the graph ---- */

static json_t *
ask_nodes(VmDomain *domain, GError **error)
{
    json_t *nodes = NULL;
    vm_domain_qmp(domain, "query-named-block-nodes", json_pack("{s:b}", "flat", 1), &nodes, error);
    return nodes;
}

static const char *
text(const json_t *node, const char *member)
{
    return json_string_value(json_object_get(node, member));
}

/* A node that is an image, not a file, nor a filter over one of the same name. */
static gboolean
is_image(const json_t *node)
{
    static const char *const formats[] = {"qcow2", "raw", "qed", NULL};
    const char *driver = text(node, "drv");
    return driver != NULL && g_strv_contains(formats, driver);
}

static const json_t *
find_node(const json_t *nodes, const char *name)
{
    gsize i;
    json_t *node;
    json_array_foreach(nodes, i, node)
    {
        if (g_strcmp0(text(node, "node-name"), name) == 0)
            return node;
    }
    return NULL;
}

static const json_t *
find_image(const json_t *nodes, const char *path)
{
    gsize i;
    json_t *node;
    json_array_foreach(nodes, i, node)
    {
        if (is_image(node) && vm_path_same(text(node, "file"), path))
            return node;
    }
    return NULL;
}

/* The node below one of a chain, or NULL. */
static const json_t *
below(const json_t *nodes, const json_t *node)
{
    const json_t *image = json_object_get(node, "image");
    const char *path = text(image, "full-backing-filename");
    if (path == NULL)
        path = text(image, "backing-filename");
    return path != NULL ? find_image(nodes, path) : NULL;
}

static VmChainPlace
look_in_chain(const json_t *nodes, const char *root, const char *path, const char *lower,
              VmBlockCommit *commit)
{
    const json_t *node = find_node(nodes, root);
    gsize left = json_array_size(nodes); /* a chain has no more nodes than there are */
    for (; node != NULL && left > 0; node = below(nodes, node), left--) {
        const json_t *next = below(nodes, node);
        if (vm_path_same(text(node, "file"), lower))
            return VM_CHAIN_MERGED;
        if (!vm_path_same(text(node, "file"), path) || next == NULL)
            continue;
        commit->root = g_strdup(root);
        commit->top = g_strdup(text(node, "node-name"));
        commit->base = g_strdup(text(next, "node-name"));
        commit->active = strcmp(commit->top, commit->root) == 0;
        return VM_CHAIN_FOUND;
    }
    return VM_CHAIN_NONE;
}

VmChainPlace
vm_block_commit_find(VmDomain *domain, const char *path, const char *lower, VmBlockCommit *commit,
                     GError **error)
{
    json_t *nodes = ask_nodes(domain, error);
    VmChainPlace place = nodes == NULL ? VM_CHAIN_UNSEEN : VM_CHAIN_NONE;
    commit->domain = domain;
    vm_domain_forget_nodes(domain);
    for (guint i = 0; place == VM_CHAIN_NONE && i < domain->def->disks->len; i++) {
        if (vm_domain_def_disk(domain->def, i)->source.path == NULL)
            continue;
        g_autofree char *root = vm_domain_node(domain, i, error);
        place = root == NULL ? VM_CHAIN_UNSEEN : look_in_chain(nodes, root, path, lower, commit);
    }
    json_decref(nodes);
    return place;
}

/* ---- the job ---- */

static gboolean
begin(const VmBlockCommit *commit, const char *lower, GError **error)
{
    json_t *arguments = json_pack("{s:s, s:s, s:s, s:b}", "device", commit->root, "top-node",
                                  commit->top, "base-node", commit->base, "auto-dismiss", 0);
    if (!commit->active)
        json_object_set_new(arguments, "backing-file", json_string(lower));
    return vm_domain_begin_job(commit->domain, "block-commit", arguments, error);
}

/* Both images hold the same from the moment on when the guest stands still. */
static gboolean
pivot(VmBlockCommit *commit, GError **error)
{
    VmDomain *domain = commit->domain;
    if (!vm_domain_await_ready(domain, "block-commit", error))
        return FALSE;
    if (domain->state == VIR_DOMAIN_RUNNING) {
        if (!vm_domain_process_stop_cpus(domain, error))
            return FALSE;
        commit->stopped = TRUE;
    }
    vm_domain_forget_nodes(domain);
    return vm_domain_complete_job(domain, "block-commit", error);
}

VmCommitResult
vm_block_commit_run(VmBlockCommit *commit, const char *lower, GError **error)
{
    if (!begin(commit, lower, error))
        return VM_COMMIT_REFUSED;
    gboolean ok = commit->active ? pivot(commit, error)
                                 : vm_domain_end_job(commit->domain, "block-commit", error);
    if (!ok && !vm_domain_is_unclear(commit->domain))
        vm_domain_clear_job(commit->domain);
    return ok ? VM_COMMIT_DONE : VM_COMMIT_FAILED;
}

/* ---- what is left open ---- */

/* The next node of the file that can be closed: the image before its file. */
static char *
loose_node(const json_t *nodes, const char *path)
{
    const json_t *found = find_image(nodes, path);
    gsize i;
    json_t *node;
    json_array_foreach(nodes, i, node)
    {
        if (found == NULL && vm_path_same(text(node, "file"), path))
            found = node;
    }
    return g_strdup(text(found, "node-name"));
}

gboolean
vm_block_close_image(VmDomain *domain, const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    json_t *nodes = NULL;
    while ((nodes = ask_nodes(domain, &failure)) != NULL) {
        g_autofree char *name = loose_node(nodes, path);
        json_decref(nodes);
        if (name == NULL)
            return TRUE;
        if (!vm_domain_qmp(domain, "blockdev-del", json_pack("{s:s}", "node-name", name), NULL,
                           &failure))
            break;
    }
    if (!vm_domain_is_unclear(domain)) {
        vm_snapshot_log(domain, "a merged image is left in the block graph", failure);
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* ---- apart ---- */

/* Distinct from what domains can be called: their names have no slash. */
static char *
name_apart(const VmDomain *domain)
{
    return g_strconcat(domain->def->name, "/commit", NULL);
}

static json_t *
config_apart(const VmDomain *domain, const VmDiskSource *image)
{
    g_autofree char *name = name_apart(domain);
    gboolean block = g_strcmp0(image->type, "block") == 0;
    json_t *blockdev =
        json_pack("{s:s, s:s, s:{s:s, s:s}}", "driver", image->format, "node-name", "top", "file",
                  "driver", block ? "host_device" : "file", "filename", image->path);
    return json_pack("{s:s, s:s, s:i, s:i, s:s, s:[o], s:[], s:b}", "name", name, "uuid",
                     domain->def->uuid, "memory", 16, "vcpus", 1, "machine", "pc", "blockdev",
                     blockdev, "device", "incoming", 0);
}

/* A process that belongs to no domain of the tables. */
static VmDomain *
domain_apart(const VmDomain *domain, VmInstance *instance)
{
    g_autofree char *name = name_apart(domain);
    VmDomain *apart = g_new0(VmDomain, 1);
    apart->driver = domain->driver;
    apart->def = vm_domain_def_with_name(domain->def, name);
    apart->state = VIR_DOMAIN_PAUSED;
    apart->instance = instance;
    return apart;
}

static void
drop_apart(VmDomain *apart)
{
    vm_domain_process_drop(apart);
    vm_domain_def_unref(apart->def);
    g_free(apart->doubt);
    g_free(apart);
}

static VmCommitResult
commit_apart(VmDomain *apart, const VmDiskSource *image, GError **error)
{
    json_t *nodes = ask_nodes(apart, error);
    const json_t *lower = nodes != NULL ? below(nodes, find_node(nodes, "top")) : NULL;
    g_auto(VmBlockCommit) commit = {.domain = apart,
                                    .root = g_strdup("top"),
                                    .top = g_strdup("top"),
                                    .base = g_strdup(text(lower, "node-name")),
                                    .active = TRUE};
    json_decref(nodes);
    if (nodes == NULL)
        return VM_COMMIT_REFUSED;
    if (commit.base == NULL) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "image '%s' has no image below it", image->path);
        return VM_COMMIT_REFUSED;
    }
    return vm_block_commit_run(&commit, NULL, error);
}

VmCommitResult
vm_block_commit_apart(VmDomain *domain, const VmDiskSource *image, GError **error)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    json_t *config = config_apart(domain, image);
    g_autoptr(GError) failure = NULL;
    VmInstance *instance = hypervisor->ops->start(hypervisor, config, &failure);
    json_decref(config);
    if (instance == NULL) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                  "domain '%s': image '%s' cannot be opened to be merged: %s", domain->def->name,
                  image->path, failure->message);
        return VM_COMMIT_REFUSED;
    }
    VmDomain *apart = domain_apart(domain, instance);
    VmCommitResult result = commit_apart(apart, image, error);
    drop_apart(apart);
    return result;
}

void
vm_block_commit_end_apart(VmDomain *domain)
{
    VmHypervisor *hypervisor = domain->driver->hypervisor;
    g_autofree char *name = name_apart(domain);
    VmInstance *instance = hypervisor->ops->attach(hypervisor, name, NULL);
    if (instance != NULL)
        drop_apart(domain_apart(domain, instance));
}
