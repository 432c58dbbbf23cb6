/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A domain's snapshots from its folder.  All that can be kept is kept, whatever
 * is wrong is logged with its file and cause, and nothing is deleted.
 */
#include "spec/driver/domain_obj.h"
#include <string.h>

/* A snapshot that was read, which others may share. */
typedef struct {
    VmSnapshotDef *def; /* owned */
    guint64 mark;
} Found;

static void
found_clear(gpointer data)
{
    vm_snapshot_def_unref(((Found *)data)->def);
}

/* What was read, before it is a tree. */
typedef struct {
    VmDomain *domain;
    char *folder;
    GHashTable *by_name; /* char * (the definition's) → VmSnapshotDef * */
    GArray *found;       /* of Found */
    GHashTable *roots;   /* names whose parent is not followed, or NULL: none so far */
    GPtrArray *misnamed; /* of char *: files whose snapshot has another name, or NULL: none */
} MomentLoad;

static void G_GNUC_PRINTF(3, 4)
    log_finding(const MomentLoad *load, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *cause = g_strdup_vprintf(format, args);
    va_end(args);
    vm_env_log(load->domain->driver->env, "domain '%s': '%s/%s': %s", load->domain->def->name,
               load->folder, file, cause);
}

/* The file stays; its name is not given to another snapshot (EC-197). */
static void
reserve(MomentLoad *load, const char *file)
{
    VmDomain *domain = load->domain;
    if (domain->reserved == NULL)
        domain->reserved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(domain->reserved, g_strndup(file, strlen(file) - strlen(".xml")));
}

const char *
vm_snapshot_owner_uuid(const VmSnapshotDef *def)
{
    return def->domain != NULL ? def->domain->uuid : def->domain_uuid;
}

VmSnapshotDef *
vm_driver_read_snapshot(VmDriver *driver, const char *folder, const char *file, guint64 *mark,
                        GError **error)
{
    g_autofree char *path = g_strconcat(folder, "/", file, NULL);
    g_autofree char *xml = vm_store_read_text(driver->store, path, VM_SNAPSHOT_FILE_MAX, error);
    if (xml == NULL)
        return NULL;
    return vm_readings_snapshot(driver->readings, xml, mark, error);
}

/* The UUID of another domain than ours that a document names, for today or for the next boot
 * (VM-META-003), or NULL. */
static const char *
foreign_uuid(const VmSnapshotDef *def, const char *ours)
{
    const char *owner = vm_snapshot_owner_uuid(def);
    if (owner != NULL && strcmp(owner, ours) != 0)
        return owner;
    const VmDomainDef *next = def->inactive_domain;
    return next != NULL && strcmp(next->uuid, ours) != 0 ? next->uuid : NULL;
}

/* The snapshot that a file holds, where it is one of this domain's; else the file's name stays
 * reserved. */
static VmSnapshotDef *
read_own(MomentLoad *load, const char *file, guint64 *mark)
{
    VmDomain *domain = load->domain;
    g_autoptr(GError) error = NULL;
    g_autoptr(VmSnapshotDef) def =
        vm_driver_read_snapshot(domain->driver, load->folder, file, mark, &error);
    if (def == NULL) {
        log_finding(load, file, "cannot be loaded: %s; its name stays reserved", error->message);
        reserve(load, file);
        return NULL;
    }
    const char *other = foreign_uuid(def, domain->def->uuid);
    if (other != NULL) {
        log_finding(load, file, "belongs to domain %s, not to %s; left out", other,
                    domain->def->uuid);
        reserve(load, file);
        return NULL;
    }
    return g_steal_pointer(&def);
}

/* The definition is taken. */
static void
keep(MomentLoad *load, VmSnapshotDef *def, guint64 mark)
{
    const Found found = {def, mark};
    g_hash_table_insert(load->by_name, def->name, def);
    g_array_append_val(load->found, found);
}

static void
load_file(MomentLoad *load, const char *file)
{
    if (!g_str_has_suffix(file, ".xml")) {
        log_finding(load, file, "is not a metadata file; left alone");
        return;
    }
    guint64 mark = 0;
    g_autoptr(VmSnapshotDef) def = read_own(load, file, &mark);
    if (def == NULL)
        return;
    g_autofree char *right = g_strconcat(def->name, ".xml", NULL);
    if (strcmp(file, right) == 0) {
        keep(load, g_steal_pointer(&def), mark);
        return;
    }
    if (load->misnamed == NULL)
        load->misnamed = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(load->misnamed, g_strdup(file));
}

static gboolean
move_file(MomentLoad *load, const char *file, const char *to)
{
    VmStore *store = load->domain->driver->store;
    g_autofree char *old = g_strconcat(load->folder, "/", file, NULL);
    g_autofree char *new = g_strconcat(load->folder, "/", to, NULL);
    g_autoptr(GError) error = NULL;
    if (vm_store_kind(store, new) == VM_FILE_MISSING &&
        store->ops->rename(store, old, new, &error) &&
        store->ops->sync_dir(store, load->folder, &error))
        return TRUE;
    log_finding(load, file, "cannot become '%s': %s; left out", to,
                error != NULL ? error->message : "that file exists");
    reserve(load, file);
    return FALSE;
}

/* The name is the one in the document (SNAP-META-018).  The file is moved to that name, lest a
 * delete leave it behind; where the snapshot has a file of its own it is put aside, lest it come
 * back after a delete (SNAP-META-017). */
static void
load_misnamed(MomentLoad *load, const char *file)
{
    guint64 mark = 0;
    g_autoptr(VmSnapshotDef) def = read_own(load, file, &mark);
    if (def == NULL)
        return;
    gboolean second = g_hash_table_contains(load->by_name, def->name);
    g_autofree char *to = g_strconcat(second ? file : def->name, second ? ".second" : ".xml", NULL);
    if (!move_file(load, file, to))
        return;
    log_finding(load, file, "holds snapshot '%s'%s; it is now '%s'", def->name,
                second ? ", which has a file of its own" : "", to);
    if (!second)
        keep(load, g_steal_pointer(&def), mark);
}

/* Files do not tell the order of siblings within a second, and no rule promises one: after a load
 * it is that of their names, however they were made. */
static int
compare_age(const VmSnapshotDef *first, const VmSnapshotDef *second)
{
    if (first->creation_time != second->creation_time)
        return first->creation_time < second->creation_time ? -1 : 1;
    return strcmp(first->name, second->name);
}

static int
compare_found(gconstpointer a, gconstpointer b)
{
    return compare_age(((const Found *)a)->def, ((const Found *)b)->def);
}

/* Its parent is not followed from now on. */
static void
make_root(MomentLoad *load, const VmSnapshotDef *def)
{
    if (load->roots == NULL)
        load->roots = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(load->roots, def->name);
}

static gboolean
is_made_root(const MomentLoad *load, const VmSnapshotDef *def)
{
    return load->roots != NULL && g_hash_table_contains(load->roots, def->name);
}

/* The parent that a definition names and that can be followed, or NULL. */
static VmSnapshotDef *
parent_of(MomentLoad *load, const VmSnapshotDef *def)
{
    if (def->parent == NULL || is_made_root(load, def))
        return NULL;
    VmSnapshotDef *parent = g_hash_table_lookup(load->by_name, def->parent);
    if (parent == NULL) {
        g_autofree char *file = g_strconcat(def->name, ".xml", NULL);
        log_finding(load, file, "names parent '%s', which is missing; kept as a root", def->parent);
        make_root(load, def);
    }
    return parent;
}

/* path ends with a definition that stands in it before: its oldest member becomes a root. */
static void
break_cycle(MomentLoad *load, GPtrArray *path, const VmSnapshotDef *again)
{
    const VmSnapshotDef *oldest = again;
    for (guint i = path->len; i > 0; i--) {
        const VmSnapshotDef *member = g_ptr_array_index(path, i - 1);
        if (compare_age(member, oldest) < 0)
            oldest = member;
        if (member == again)
            break;
    }
    g_autofree char *file = g_strconcat(oldest->name, ".xml", NULL);
    log_finding(load, file, "is its own ancestor (a cycle); kept as a root");
    make_root(load, oldest);
}

/* What the tree holds for a definition: a parent that is not there is not named; the file still
 * names it, until it is written anew (SNAP-META-021). */
static VmSnapshotDef *
placed_def(MomentLoad *load, VmSnapshotDef *def)
{
    if (!is_made_root(load, def))
        return vm_snapshot_def_ref(def);
    VmSnapshotDef *root = vm_snapshot_def_copy(def);
    g_clear_pointer(&root->parent, g_free);
    return root;
}

/* Most moments are of a few definitions of their domain. */
static void
share_domain(const MomentLoad *load, VmSnapshotDef *def, const VmMoment *parent)
{
    if (load->domain->driver->readings != NULL)
        return; /* theirs, and not to be changed */
    vm_domain_def_share(&def->domain, load->domain->def);
    if (parent != NULL)
        vm_domain_def_share(&def->domain, vm_moment_snapshot(parent)->domain);
}

static VmMoment *
place_below(MomentLoad *load, VmSnapshotDef *def, VmMoment *parent)
{
    share_domain(load, def, parent);
    return vm_moment_tree_add(load->domain->snapshots, def->name, parent, placed_def(load, def));
}

/* Put a definition into the tree whose parent is there, or which has none. */
static gboolean
place_next(MomentLoad *load, VmSnapshotDef *def)
{
    const VmSnapshotDef *parent = parent_of(load, def);
    VmMoment *moment =
        parent != NULL ? vm_moment_tree_find(load->domain->snapshots, parent->name) : NULL;
    if (parent != NULL && moment == NULL)
        return FALSE;
    place_below(load, def, moment);
    return TRUE;
}

/* Put a definition into the tree, its ancestors first.  FALSE when a cycle had to be broken. */
static gboolean
place(MomentLoad *load, VmSnapshotDef *def)
{
    VmMomentTree *tree = load->domain->snapshots;
    if (vm_moment_tree_find(tree, def->name) != NULL || place_next(load, def))
        return TRUE;
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    g_autoptr(GHashTable) on_path = g_hash_table_new(g_str_hash, g_str_equal);
    VmSnapshotDef *at = def;
    while (at != NULL && vm_moment_tree_find(tree, at->name) == NULL) {
        if (!g_hash_table_add(on_path, at->name)) {
            break_cycle(load, path, at);
            return FALSE;
        }
        g_ptr_array_add(path, at);
        at = parent_of(load, at);
    }
    VmMoment *parent = at != NULL ? vm_moment_tree_find(tree, at->name) : NULL;
    for (guint i = path->len; i > 0; i--) {
        parent = place_below(load, g_ptr_array_index(path, i - 1), parent);
    }
    return TRUE;
}

/* The greatest mark counts; of several that have it the newest snapshot is current, by time and
 * then by name (EC-201). */
static void
choose_current(MomentLoad *load)
{
    VmMomentTree *tree = load->domain->snapshots;
    VmMoment *current = NULL;
    for (guint i = 0; i < load->found->len; i++) {
        const Found *found = &g_array_index(load->found, Found, i);
        VmMoment *moment = vm_moment_tree_find(tree, found->def->name);
        moment->mark = found->mark;
        load->domain->greatest_mark = MAX(load->domain->greatest_mark, found->mark);
        if (found->mark == 0 || (current != NULL && found->mark < current->mark))
            continue;
        if (current != NULL) {
            g_autofree char *file = g_strconcat(current->name, ".xml", NULL);
            log_finding(load, file, "claims to be current, and so does '%s', which is newer",
                        moment->name);
        }
        current = moment;
    }
    if (current != NULL)
        vm_moment_tree_set_current(tree, current);
}

static void
build_tree(MomentLoad *load)
{
    g_array_sort(load->found, compare_found);
    for (guint i = 0; i < load->found->len; i++) {
        VmSnapshotDef *def = g_array_index(load->found, Found, i).def;
        while (!place(load, def))
            continue;
    }
    choose_current(load);
}

void
vm_driver_load_snapshots(VmDomain *domain)
{
    g_autofree char *folder = vm_path_snapshot_dir(domain->driver, domain->def->name);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = vm_store_sweep(domain->driver->store, folder, &error);
    if (files == NULL) {
        vm_env_log(domain->driver->env, "domain '%s': '%s': %s", domain->def->name, folder,
                   error->message);
        return;
    }
    MomentLoad load = {
        .domain = domain,
        .folder = folder,
        .by_name = g_hash_table_new(g_str_hash, g_str_equal),
        .found = g_array_new(FALSE, FALSE, sizeof(Found)),
    };
    g_array_set_clear_func(load.found, found_clear);
    for (guint i = 0; i < files->len; i++)
        load_file(&load, g_ptr_array_index(files, i));
    for (guint i = 0; load.misnamed != NULL && i < load.misnamed->len; i++)
        load_misnamed(&load, g_ptr_array_index(load.misnamed, i));
    build_tree(&load);
    g_assert_cmpuint(vm_moment_tree_size(domain->snapshots), ==, load.found->len);
    g_hash_table_unref(load.by_name);
    g_clear_pointer(&load.roots, g_hash_table_unref);
    g_array_unref(load.found);
    g_clear_pointer(&load.misnamed, g_ptr_array_unref);
}
