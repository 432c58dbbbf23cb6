/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The documents of the flag matrix: whole ones, that every form of a call
 * takes, and faulty ones, one fault each.
 */
#include "harness/explore/world_kinds.h"

/* What a document that REDEFINE takes has beside its name. */
#define WHOLE(state) "<state>" state "</state><creationTime>1000</creationTime>"
#define SNAPSHOT(name, inner) "<domainsnapshot><name>" name "</name>" inner "</domainsnapshot>"
#define DISK(attributes) "<disks><disk " attributes "/></disks>"
#define OVERLAY(file)                                                                              \
    "<disks><disk name='vda' snapshot='external'><source file='" file "'/></disk></disks>"

typedef struct {
    const char *name, *text;
} Document;

/* With these every set of flags is tried. */
static const Document whole[] = {
    {"default", SNAPSHOT("new", WHOLE("shutoff") "${vm.xml}")},
    {"internal",
     SNAPSHOT("new", WHOLE("running") DISK("name='vda' snapshot='internal'") "${vm.xml}")},
    {"external", SNAPSHOT("new", WHOLE("disk-snapshot") OVERLAY("${dir}/new.qcow2") "${vm.xml}")},
    {"none", SNAPSHOT("new", WHOLE("shutoff") DISK("name='vda' snapshot='no'") "${vm.xml}")},
    {"manual", SNAPSHOT("new", WHOLE("shutoff") DISK("name='vda' snapshot='manual'") "${vm.xml}")},
    {"memory",
     SNAPSHOT("new", WHOLE("running") "<memory snapshot='external' file='${dir}/new.mem'/>"
                                      "${vm.xml}")},
};

static const Document faulty[] = {
    {"cut", "<domainsnapshot><name>new</name>"},
    {"root", "<domain><name>new</name></domain>"},
    {"schema", SNAPSHOT("new", WHOLE("shutoff") "<surprise/>${vm.xml}")},
    {"nameless", "<domainsnapshot>" WHOLE("shutoff") "${vm.xml}</domainsnapshot>"},
    {"slash", SNAPSHOT("a/b", WHOLE("shutoff") "${vm.xml}")},
    {"dot", SNAPSHOT(".new", WHOLE("shutoff") "${vm.xml}")},
    {"digits", SNAPSHOT("12", WHOLE("shutoff") "${vm.xml}")},
    {"no-time", SNAPSHOT("new", "<state>shutoff</state>${vm.xml}")},
    {"no-state", SNAPSHOT("new", "<creationTime>1000</creationTime>${vm.xml}")},
    {"odd-state", SNAPSHOT("new", WHOLE("asleep") "${vm.xml}")},
    {"pm-state", SNAPSHOT("new", WHOLE("pmsuspended") "${vm.xml}")},
    {"no-domain", SNAPSHOT("new", WHOLE("shutoff"))},
    {"odd-memory", SNAPSHOT("new", WHOLE("running") "<memory snapshot='odd'/>${vm.xml}")},
    {"memory-file", SNAPSHOT("new", WHOLE("running") "<memory snapshot='internal' file='/x'/>"
                                                     "${vm.xml}")},
    {"memory-bare", SNAPSHOT("new", WHOLE("running") "<memory snapshot='external'/>${vm.xml}")},
    {"memory-near", SNAPSHOT("new", WHOLE("running") "<memory snapshot='external' file='x'/>"
                                                     "${vm.xml}")},
    {"memory-off", SNAPSHOT("new", WHOLE("shutoff") "<memory snapshot='internal'/>${vm.xml}")},
    {"memory-no", SNAPSHOT("new", WHOLE("running") "<memory snapshot='no'/>${vm.xml}")},
    {"disk-nameless", SNAPSHOT("new", WHOLE("shutoff") DISK("snapshot='no'") "${vm.xml}")},
    {"disk-odd", SNAPSHOT("new", WHOLE("shutoff") DISK("name='vda' snapshot='odd'") "${vm.xml}")},
    {"disk-type",
     SNAPSHOT("new", WHOLE("shutoff") "<disks><disk name='vda' snapshot='external' type='odd'>"
                                      "<source file='/x'/></disk></disks>${vm.xml}")},
    {"disk-format",
     SNAPSHOT("new", WHOLE("shutoff") "<disks><disk name='vda' snapshot='external'>"
                                      "<driver type='odd'/></disk></disks>${vm.xml}")},
    {"disk-raw", SNAPSHOT("new", WHOLE("disk-snapshot") "<disks><disk name='vda'"
                                                        " snapshot='external'>"
                                                        "<driver type='raw'/></disk></disks>"
                                                        "${vm.xml}")},
    {"disk-near", SNAPSHOT("new", WHOLE("shutoff") OVERLAY("near.qcow2") "${vm.xml}")},
    {"disk-far", SNAPSHOT("new", WHOLE("disk-snapshot") OVERLAY("/nowhere/new.qcow2") "${vm.xml}")},
    {"disk-itself", SNAPSHOT("new", WHOLE("disk-snapshot") OVERLAY("${vm.vda}") "${vm.xml}")},
    {"disk-unknown", SNAPSHOT("new", WHOLE("shutoff") DISK("name='vdz'") "${vm.xml}")},
    {"disk-twice", SNAPSHOT("new", WHOLE("shutoff") "<disks><disk name='vda'/><disk name='vda'/>"
                                                    "</disks>${vm.xml}")},
    {"disk-many", SNAPSHOT("new", WHOLE("shutoff") "<disks><disk name='vda'/><disk name='vdb'/>"
                                                   "<disk name='vdc'/><disk name='vdd'/>"
                                                   "</disks>${vm.xml}")},
    {"disk-source",
     SNAPSHOT("new", WHOLE("shutoff") "<disks><disk name='vda' snapshot='internal'>"
                                      "<source file='/x'/></disk></disks>${vm.xml}")},
    {"own-parent",
     SNAPSHOT("new", "<parent><name>new</name></parent>" WHOLE("shutoff") "${vm.xml}")},
    {"lost-parent",
     SNAPSHOT("new", "<parent><name>lost</name></parent>" WHOLE("shutoff") "${vm.xml}")},
    {"foreign", SNAPSHOT("new", WHOLE("shutoff") "${other.xml}")},
    {"of-disk", SNAPSHOT("new", WHOLE("disk-snapshot") "${vm.xml}")},
};

/* Where vm has moments. */
static const Document again[] = {
    {"exists", SNAPSHOT("s1", WHOLE("shutoff") "${vm.xml}")},
    {"exists-live", SNAPSHOT("s1", WHOLE("running") "${vm.xml}")},
    {"exists-disk", SNAPSHOT("s1", WHOLE("disk-snapshot") "${vm.xml}")},
    {"under-child",
     SNAPSHOT("s1", "<parent><name>s2</name></parent>" WHOLE("shutoff") "${vm.xml}")},
    {"child", SNAPSHOT("new", "<parent><name>s1</name></parent>" WHOLE("shutoff") "${vm.xml}")},
};

#define DOMAIN(inner) "<domain type='kvm'>" inner "<memory>1024</memory><os><type>hvm</type></os>"
#define END_DOMAIN "</domain>"

static const Document domains[] = {
    {"d-cut", "<domain type='kvm'><name>new</name>"},
    {"d-root", "<domainsnapshot/>"},
    {"d-nameless", DOMAIN("") END_DOMAIN},
    {"d-slash", DOMAIN("<name>a/b</name>") END_DOMAIN},
    {"d-newline", DOMAIN("<name>a\nb</name>") END_DOMAIN},
    {"d-schema", DOMAIN("<name>$other</name><surprise/>") END_DOMAIN},
    {"d-no-target", DOMAIN("<name>$other</name>") "<devices><disk type='file'><source file='/x'/>"
                                                  "</disk></devices>" END_DOMAIN},
    {"d-name-of-vm", DOMAIN("<name>$vm</name><uuid>${other.uuid}</uuid>") END_DOMAIN},
    {"d-uuid-of-vm", DOMAIN("<name>$other</name><uuid>${vm.uuid}</uuid>") END_DOMAIN},
};

static void
append(GString *text, const Document *documents, guint count)
{
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "document %s.xml <<END\n%s\nEND\n", documents[i].name,
                               documents[i].text);
}

char *
world_documents(guint purposes, gboolean has_moments)
{
    GString *text = g_string_new(NULL);

    append(text, whole, G_N_ELEMENTS(whole));
    if (purposes & WORLD_PLAIN) {
        append(text, faulty, G_N_ELEMENTS(faulty));
        append(text, domains, G_N_ELEMENTS(domains));
    }
    if (has_moments)
        append(text, again, G_N_ELEMENTS(again));
    return g_string_free(text, FALSE);
}

/* The names of the documents of one kind, each a document of a snapshot. */
static char **
names_of(const Document *documents, guint count)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint i = 0; i < count; i++) {
        g_autofree char *file = g_strconcat(documents[i].name, ".xml", NULL);

        g_strv_builder_add(names, file);
    }
    return g_strv_builder_end(names);
}

char **
world_document_names(WorldDocuments kind)
{
    switch (kind) {
    case DOCUMENTS_WHOLE:
        return names_of(whole, G_N_ELEMENTS(whole));
    case DOCUMENTS_FAULTY:
        return names_of(faulty, G_N_ELEMENTS(faulty));
    case DOCUMENTS_AGAIN:
        return names_of(again, G_N_ELEMENTS(again));
    case DOCUMENTS_DOMAIN:
        return names_of(domains, G_N_ELEMENTS(domains));
    }
    g_assert_not_reached();
}
