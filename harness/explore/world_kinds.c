/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The worlds of the flag matrix, put together from their three axes.
 */
#include "harness/explore/world_kinds.h"

#include <string.h>

/* How the domain comes into a state: from off, and from running. */
typedef struct {
    const char *word;
    gboolean transient;
    const char *from_off;
    const char *from_running;
} StateKind;

static const StateKind states[] = {
    {"shutoff", FALSE, "", "destroy vm\n"},
    {"running", FALSE, "start vm\n", ""},
    {"paused", FALSE, "start vm\nsuspend vm\n", "suspend vm\n"},
    {"transient", TRUE, "state transient\n", ""},
    {"saved", FALSE, "start vm\nmanagedsave vm\n", "managedsave vm\n"},
};

/* What moments a domain has; a set. */
enum {
    NONE = 1 << 0,
    INTERNAL = 1 << 1,
    EXTERNAL = 1 << 2,
    BRANCH = 1 << 3,       /* internal ones */
    LAYER_BRANCH = 1 << 4, /* external ones: two branches, one of them inactive */
    MEMORY = 1 << 5,       /* external ones with memory files */
    MIXED = 1 << 6,        /* internal and external disks in one moment */
};
#define ONLY_LAYERS (EXTERNAL | LAYER_BRANCH | MEMORY)

typedef struct {
    const char *word;
    const char *items;
    guint moments; /* that can be made */
    gboolean special;
    const char *after; /* steps when the moments are there, or NULL */
} DiskKind;

/* Another domain has the image too, or one over it. */
#define SAME_IMAGE "domain user { disk vda qcow2 file=${vm.vda} }\n"

static const DiskKind disks[] = {
    {"qcow2", "disk vda qcow2 8M", NONE | INTERNAL | BRANCH | ONLY_LAYERS, FALSE, NULL},
    {"pair", "disk vda qcow2 8M; disk vdb qcow2 8M", NONE | INTERNAL | BRANCH | MIXED | ONLY_LAYERS,
     FALSE, NULL},
    {"raw", "disk vda raw 8M", NONE | ONLY_LAYERS, FALSE, NULL},
    {"mixed", "disk vda qcow2 8M; disk vdb raw 8M", NONE | ONLY_LAYERS, FALSE, NULL},
    {"used", "disk vda qcow2 8M", INTERNAL | EXTERNAL | LAYER_BRANCH, FALSE, SAME_IMAGE},
    {"cloned", "disk vda qcow2 8M", LAYER_BRANCH, FALSE,
     SAME_IMAGE "snapshot-create-as user u1 --disk-only\n"},
    {"cdrom", "disk vda qcow2 8M; disk sda cdrom", NONE, TRUE, NULL},
    {"agent", "disk vda qcow2 8M; agent", NONE, TRUE, NULL},
    {"manual", "disk vda qcow2 8M; disk vdb qcow2 8M snapshot=manual", NONE, TRUE, NULL},
    {"readonly", "disk vda qcow2 8M; disk vdb qcow2 8M readonly", NONE, TRUE, NULL},
    {"shared", "disk vda qcow2 8M; disk vdb raw 8M shareable", NONE, TRUE, NULL},
};

/* The moments, made by commands that leave a domain running; before them it is off, or, where it is
 * transient, running. */
typedef struct {
    const char *word;
    guint kind;
    const char *persistent;
    const char *transient;
    const char *names;
} MomentKind;

#define INSIDE(name) "snapshot-create-as vm " name "\n"
#define LAYER(name) "snapshot-create-as vm " name " --disk-only\n"
#define IN_FILE(name) "snapshot-create-as vm " name " --memspec ${dir}/" name ".mem\n"
/* Under profile libvirt a moment takes disks of one kind only. */
#define OF_BOTH(name)                                                                              \
    "rfc: snapshot-create-as vm " name " --disk-only --diskspec vda,snapshot=internal"             \
    " --diskspec vdb,snapshot=external\n"                                                          \
    "libvirt: snapshot-create-as vm " name " --disk-only --diskspec vda,snapshot=no"               \
    " --diskspec vdb,snapshot=external\n"
/* So that each moment has a content of its own; left out where there is no guest. */
#define WRITE(letter) "guest vm write vda 0 64K pattern " letter "\n"
#define START "start vm\n" WRITE("A")

static const MomentKind moments[] = {
    {"none", NONE, NULL, NULL, "nope"},
    {"internal", INTERNAL, INSIDE("s1") START INSIDE("s2") WRITE("B"),
     INSIDE("s1") WRITE("A") INSIDE("s2") WRITE("B"), "s1 s2 nope"},
    {"external", EXTERNAL, LAYER("s1") START LAYER("s2") WRITE("B"),
     LAYER("s1") WRITE("A") LAYER("s2") WRITE("B"), "s1 s2 nope"},
    {"branch", BRANCH,
     INSIDE("s1") START INSIDE("s2")
         WRITE("B") "snapshot-revert vm s1 --force\nstart vm\n" WRITE("C") INSIDE("s3") WRITE("D"),
     INSIDE("s1") WRITE("A") INSIDE("s2") WRITE("B") "snapshot-revert vm s1\n" WRITE("C")
         INSIDE("s3") WRITE("D"),
     "s1 s2 s3 nope"},
    {"layer-branch", LAYER_BRANCH,
     LAYER("s1") LAYER("s2") START LAYER("s3")
         WRITE("B") "snapshot-revert vm s1 --force --running\n" WRITE("C") LAYER("s4") WRITE("D"),
     LAYER("s1") LAYER("s2") WRITE("A") LAYER("s3")
         WRITE("B") "snapshot-revert vm s1 --force --running\n" WRITE("C") LAYER("s4") WRITE("D"),
     "s1 s2 s3 s4 nope"},
    {"memory", MEMORY, START IN_FILE("s1") WRITE("B") IN_FILE("s2") WRITE("C"),
     IN_FILE("s1") WRITE("B") IN_FILE("s2") WRITE("C"), "s1 s2 nope"},
    {"mixed", MIXED, OF_BOTH("s1") START OF_BOTH("s2") WRITE("B"),
     OF_BOTH("s1") WRITE("A") OF_BOTH("s2") WRITE("B"), "s1 s2 nope"},
};

static void
world_free(gpointer data)
{
    WorldKind *world = data;

    g_free(world->id);
    g_free(world->text);
    g_strfreev(world->moments);
    g_free(world);
}

/* Takes the id and the steps. */
static void
add_world(GPtrArray *worlds, char *id, guint purposes, char *steps, const char *names)
{
    WorldKind *world = g_new0(WorldKind, 1);
    g_autofree char *documents = world_documents(purposes, strstr(names, "s1") != NULL);

    world->id = id;
    world->purposes = purposes;
    world->text = g_strdup_printf("# A world of the flag matrix.\n%s%s", steps, documents);
    world->moments = g_strsplit(names, " ", -1);
    g_ptr_array_add(worlds, world);
    g_free(steps);
}

/* ---- state × disks × moments ---- */

static char *
common_steps(const StateKind *state, const DiskKind *disk, const MomentKind *moment)
{
    const char *other = "domain other { undefined; disk vda qcow2 8M }\n";
    const char *after = disk->after ? disk->after : "";

    if (!moment->persistent)
        return g_strdup_printf("domain vm { %s%s }\n%s%s%s", disk->items,
                               state->transient ? "; transient" : "", other, state->from_off,
                               after);
    if (state->transient)
        return g_strdup_printf("domain vm { %s; transient }\n%sstate transient\n%s%s", disk->items,
                               other, moment->transient, after);
    return g_strdup_printf("domain vm { %s }\n%s%s%s%s", disk->items, other, moment->persistent,
                           state->from_running, after);
}

static guint
common_purposes(const StateKind *state, const DiskKind *disk, const MomentKind *moment)
{
    guint purposes = disk->special ? WORLD_SPECIAL : WORLD_COMMON;

    if (disk != &disks[0])
        return purposes;
    purposes |= WORLD_QCOW2;
    if (moment->persistent)
        return purposes;
    return purposes | WORLD_PLAIN | (state == &states[0] ? WORLD_ONE : 0);
}

static void
add_common(GPtrArray *worlds)
{
    for (guint s = 0; s < G_N_ELEMENTS(states); s++) {
        for (guint d = 0; d < G_N_ELEMENTS(disks); d++) {
            for (guint m = 0; m < G_N_ELEMENTS(moments); m++) {
                if (disks[d].moments & moments[m].kind)
                    add_world(
                        worlds,
                        g_strdup_printf("%s/%s/%s", states[s].word, disks[d].word, moments[m].word),
                        common_purposes(&states[s], &disks[d], &moments[m]),
                        common_steps(&states[s], &disks[d], &moments[m]), moments[m].names);
            }
        }
    }
}

/* ---- the four worlds of the list filters ---- */

static const char list_domains[] =
    "domain vm { disk vda qcow2 8M }\n"
    "domain other { undefined; disk vda qcow2 8M }\n"
    "domain held { disk vda qcow2 8M }\nsnapshot-create-as held h1\n"
    "domain kept { disk vda qcow2 8M }\nstart kept\nmanagedsave kept\n"
    "domain guest { disk vda qcow2 8M; transient }\nstate transient guest\n"
    "domain boot { disk vda qcow2 8M }\nautostart boot\nstart boot\nsuspend boot\n";

static const struct {
    const char *word;
    const char *steps;
    const char *names;
} lists[] = {
    {"empty", "", "nope"},
    {"chain",
     "snapshot-create-as vm s1\nstart vm\nsnapshot-create-as vm s2\n"
     "snapshot-create-as vm s3 --disk-only\ndestroy vm\nsnapshot-create-as vm s4 --disk-only\n",
     "s1 s2 s3 s4 nope"},
    {"branch",
     "snapshot-create-as vm s1\nstart vm\nsnapshot-create-as vm s2\nsnapshot-revert vm s1 --force\n"
     "start vm\nsnapshot-create-as vm s3\nsnapshot-create-as vm s4 --disk-only\n",
     "s1 s2 s3 s4 nope"},
    {"forest",
     "snapshot-create-as vm s1\nsnapshot-create-as vm s2\n"
     "document root.xml <<END\n<domainsnapshot><name>s3</name><state>disk-snapshot</state>"
     "<creationTime>1000</creationTime>${vm.xml}</domainsnapshot>\nEND\n"
     "snapshot-create vm root.xml --redefine\n"
     "document leaf.xml <<END\n<domainsnapshot><name>s4</name><parent><name>s3</name></parent>"
     "<state>running</state><creationTime>1000</creationTime>${vm.xml}</domainsnapshot>\nEND\n"
     "snapshot-create vm leaf.xml --redefine\n"
     "document off.xml <<END\n<domainsnapshot><name>s5</name><parent><name>s3</name></parent>"
     "<state>shutoff</state><creationTime>1000</creationTime><disks><disk name='vda'"
     " snapshot='external'><source file='${dir}/s5.qcow2'/></disk></disks>${vm.xml}"
     "</domainsnapshot>\nEND\nsnapshot-create vm off.xml --redefine\n",
     "s1 s2 s3 s4 s5 nope"},
};

static void
add_lists(GPtrArray *worlds)
{
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        add_world(worlds, g_strdup_printf("list/%s", lists[i].word), WORLD_LIST,
                  g_strconcat(list_domains, lists[i].steps, NULL), lists[i].names);
}

/* ---- save images beside the domain ---- */

static void
add_stored(GPtrArray *worlds)
{
    static const struct {
        const char *word, *steps;
    } ends[] = {
        {"shutoff", ""},
        {"running", "start vm\n"},
        {"paused", "start vm\nsuspend vm\n"},
        {"saved", "start vm\nmanagedsave vm\n"},
        {"gone", "undefine vm\n"},
        {"going", "start vm\nundefine vm\n"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(ends); i++)
        add_world(worlds, g_strdup_printf("stored/%s", ends[i].word), WORLD_STORED,
                  g_strdup_printf("domain vm { disk vda qcow2 8M }\n"
                                  "domain other { undefined; disk vda qcow2 8M }\n"
                                  "start vm\nsave vm ${dir}/run.save\n"
                                  "start vm\nsave vm ${dir}/pause.save --paused\n%s",
                                  ends[i].steps),
                  "nope");
}

static void
add_histories(GPtrArray *worlds)
{
    guint count;
    const WorldHistory *histories = world_histories(&count);

    for (guint i = 0; i < count; i++)
        add_world(worlds, g_strdup_printf("history/%s", histories[i].word), WORLD_HISTORY,
                  g_strconcat("domain other { undefined; disk vda qcow2 8M }\n", histories[i].steps,
                              NULL),
                  histories[i].names);
}

GPtrArray *
world_kinds(void)
{
    GPtrArray *worlds = g_ptr_array_new_with_free_func(world_free);

    add_common(worlds);
    add_lists(worlds);
    add_stored(worlds);
    add_histories(worlds);
    return worlds;
}
