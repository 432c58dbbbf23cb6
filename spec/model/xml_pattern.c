/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Derivatives of patterns.  Each is worked out once: texts count by which of
 * the classes that they are put to they belong to.
 */
#include "spec/model/xml_pattern.h"

#include <string.h>

typedef enum {
    EMPTY,
    NOTHING, /* matches nothing at all */
    TEXT,
    DATA,
    PART,
    MANY, /* one or more of left */
    CHOICE,
    GROUP,
    INTERLEAVE,
    AFTER, /* left is the content of what was begun, right what follows its end */
} Kind;

/** What a text that belongs to those of a pattern's classes leaves. */
typedef struct {
    guint32 belongs; /* a bit for each of its classes, and BLANK and WHOLE */
    const VmXmlPattern *left;
} Reading;

#define BLANK (1U << 31)
#define WHOLE (1U << 30)
#define CLASSES_MAX 30

struct VmXmlPattern {
    Kind kind;
    gboolean is_done; /* nothing more is needed */
    const VmXmlPattern *left, *right;
    VmXmlPart *part;            /* of PART */
    VmXmlTextClass *texts;      /* of DATA */
    const VmXmlPattern **begun; /* by attribute or not, and name; or NULL */
    const VmXmlPattern *closed, *ended;
    GPtrArray *classes; /* of VmXmlTextClass *: what a text is put to; or NULL */
    GArray *readings;   /* of Reading, or NULL */
};

struct VmXmlPatterns {
    GHashTable *all; /* VmXmlPattern → itself */
    guint names;
    VmXmlPatternsRead *read;
    const VmXmlPattern *empty, *nothing, *text;
};

/* ---- equal patterns are one ---- */

static guint
pattern_hash(gconstpointer data)
{
    const VmXmlPattern *p = data;
    const gpointer of[] = {(gpointer)p->left, (gpointer)p->right, p->part, p->texts};
    guint64 hash = p->kind;

    for (guint i = 0; i < G_N_ELEMENTS(of); i++)
        hash = (hash ^ (guint64)GPOINTER_TO_SIZE(of[i])) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint)(hash >> 32);
}

static gboolean
pattern_equal(gconstpointer a, gconstpointer b)
{
    const VmXmlPattern *p = a, *q = b;

    return p->kind == q->kind && p->left == q->left && p->right == q->right && p->part == q->part &&
           p->texts == q->texts;
}

static void
pattern_free(gpointer data)
{
    VmXmlPattern *p = data;

    g_free(p->begun);
    g_clear_pointer(&p->classes, g_ptr_array_unref);
    g_clear_pointer(&p->readings, g_array_unref);
    g_free(p);
}

static gboolean
needs_nothing(const VmXmlPattern *p)
{
    switch (p->kind) {
    case EMPTY:
    case TEXT:
        return TRUE;
    case MANY:
        return p->left->is_done;
    case CHOICE:
        return p->left->is_done || p->right->is_done;
    case GROUP:
    case INTERLEAVE:
        return p->left->is_done && p->right->is_done;
    default:
        return FALSE;
    }
}

static const VmXmlPattern *
make(VmXmlPatterns *patterns, const VmXmlPattern *like)
{
    VmXmlPattern *known = g_hash_table_lookup(patterns->all, like);

    if (known != NULL)
        return known;
    known = g_memdup2(like, sizeof(*like));
    known->is_done = needs_nothing(known);
    g_hash_table_add(patterns->all, known);
    return known;
}

static const VmXmlPattern *
make_pair(VmXmlPatterns *patterns, Kind kind, const VmXmlPattern *left, const VmXmlPattern *right)
{
    return make(patterns, &(VmXmlPattern){.kind = kind, .left = left, .right = right});
}

VmXmlPatterns *
vm_xml_patterns_new(guint names, VmXmlPatternsRead *read)
{
    VmXmlPatterns *patterns = g_new0(VmXmlPatterns, 1);

    patterns->all = g_hash_table_new_full(pattern_hash, pattern_equal, pattern_free, NULL);
    patterns->names = names;
    patterns->read = read;
    patterns->empty = make_pair(patterns, EMPTY, NULL, NULL);
    patterns->nothing = make_pair(patterns, NOTHING, NULL, NULL);
    patterns->text = make_pair(patterns, TEXT, NULL, NULL);
    return patterns;
}

void
vm_xml_patterns_free(VmXmlPatterns *patterns)
{
    if (patterns == NULL)
        return;
    g_hash_table_unref(patterns->all);
    g_free(patterns);
}

guint
vm_xml_patterns_count(const VmXmlPatterns *patterns)
{
    return g_hash_table_size(patterns->all);
}

/* ---- making them ---- */

const VmXmlPattern *
vm_xml_pattern_empty(VmXmlPatterns *patterns)
{
    return patterns->empty;
}

const VmXmlPattern *
vm_xml_pattern_text(VmXmlPatterns *patterns)
{
    return patterns->text;
}

const VmXmlPattern *
vm_xml_pattern_part(VmXmlPatterns *patterns, VmXmlPart *part)
{
    return make(patterns, &(VmXmlPattern){.kind = PART, .part = part});
}

const VmXmlPattern *
vm_xml_pattern_data(VmXmlPatterns *patterns, VmXmlTextClass *texts)
{
    return make(patterns, &(VmXmlPattern){.kind = DATA, .texts = texts});
}

const VmXmlPattern *
vm_xml_pattern_many(VmXmlPatterns *patterns, const VmXmlPattern *of)
{
    if (of->kind == NOTHING || of->kind == EMPTY)
        return of;
    return make_pair(patterns, MANY, of, NULL);
}

/* Whether b is, or offers, a. */
static gboolean
offers(const VmXmlPattern *b, const VmXmlPattern *a)
{
    for (; b->kind == CHOICE; b = b->right) {
        if (b->left == a)
            return TRUE;
    }
    return b == a;
}

const VmXmlPattern *
vm_xml_pattern_choice(VmXmlPatterns *patterns, const VmXmlPattern *a, const VmXmlPattern *b)
{
    if (a->kind == NOTHING || offers(b, a))
        return b;
    if (b->kind == NOTHING)
        return a;
    if (a->kind == CHOICE)
        return vm_xml_pattern_choice(patterns, a->left,
                                     vm_xml_pattern_choice(patterns, a->right, b));
    if (a->kind == AFTER && b->kind == AFTER && a->right == b->right)
        return make_pair(patterns, AFTER, vm_xml_pattern_choice(patterns, a->left, b->left),
                         a->right);
    return make_pair(patterns, CHOICE, a, b);
}

/* Both, in a way that `kind` says. */
static const VmXmlPattern *
both(VmXmlPatterns *patterns, Kind kind, const VmXmlPattern *a, const VmXmlPattern *b)
{
    if (a->kind == NOTHING || b->kind == NOTHING)
        return patterns->nothing;
    if (a->kind == EMPTY)
        return b;
    if (b->kind == EMPTY)
        return a;
    return make_pair(patterns, kind, a, b);
}

const VmXmlPattern *
vm_xml_pattern_group(VmXmlPatterns *patterns, const VmXmlPattern *a, const VmXmlPattern *b)
{
    return both(patterns, GROUP, a, b);
}

const VmXmlPattern *
vm_xml_pattern_interleave(VmXmlPatterns *patterns, const VmXmlPattern *a, const VmXmlPattern *b)
{
    return both(patterns, INTERLEAVE, a, b);
}

static const VmXmlPattern *
after(VmXmlPatterns *patterns, const VmXmlPattern *content, const VmXmlPattern *rest)
{
    if (content->kind == NOTHING || rest->kind == NOTHING)
        return patterns->nothing;
    return make_pair(patterns, AFTER, content, rest);
}

/* None more, or more of them. */
static const VmXmlPattern *
more(VmXmlPatterns *patterns, const VmXmlPattern *many)
{
    return vm_xml_pattern_choice(patterns, many, patterns->empty);
}

gboolean
vm_xml_pattern_fails(const VmXmlPattern *pattern)
{
    return pattern->kind == NOTHING;
}

gboolean
vm_xml_pattern_is_done(const VmXmlPattern *pattern)
{
    return pattern->is_done;
}

/* ---- the begin of an element or an attribute ---- */

/* What was begun is followed, besides by what follows it already, by `other`. */
static const VmXmlPattern *
follow(VmXmlPatterns *patterns, const VmXmlPattern *begun, Kind kind, const VmXmlPattern *other)
{
    if (begun->kind == NOTHING)
        return begun;
    if (begun->kind == CHOICE)
        return vm_xml_pattern_choice(patterns, follow(patterns, begun->left, kind, other),
                                     follow(patterns, begun->right, kind, other));
    g_assert(begun->kind == AFTER);
    const VmXmlPattern *rest = kind == AFTER ? after(patterns, begun->right, other)
                                             : both(patterns, kind, begun->right, other);
    return after(patterns, begun->left, rest);
}

static gboolean
is_named(const VmXmlNameClass *names, VmXmlName name)
{
    for (guint i = 0; i < names->listed->len; i++) {
        if (g_array_index(names->listed, VmXmlName, i) == name)
            return !names->any;
    }
    return names->any;
}

static const VmXmlPattern *
begin_part(VmXmlPatterns *patterns, VmXmlPart *part, gboolean attribute, VmXmlName name)
{
    if (part->attribute != attribute || !is_named(&part->names, name))
        return patterns->nothing;
    if (part->content == NULL)
        patterns->read(patterns, part);
    return after(patterns, part->content, patterns->empty);
}

/* One of two that both are wanted begins; elements of a group do so in its order. */
static const VmXmlPattern *
begin_both(VmXmlPatterns *patterns, const VmXmlPattern *p, gboolean attribute, VmXmlName name)
{
    const VmXmlPattern *first = vm_xml_pattern_begin(patterns, p->left, attribute, name);

    first = follow(patterns, first, p->kind, p->right);
    if (p->kind == GROUP && !attribute && !p->left->is_done)
        return first;
    const VmXmlPattern *second = vm_xml_pattern_begin(patterns, p->right, attribute, name);
    if (p->kind == INTERLEAVE || attribute)
        second = follow(patterns, second, p->kind, p->left);
    return vm_xml_pattern_choice(patterns, first, second);
}

static const VmXmlPattern *
begin_anew(VmXmlPatterns *patterns, const VmXmlPattern *p, gboolean attribute, VmXmlName name)
{
    switch (p->kind) {
    case PART:
        return begin_part(patterns, p->part, attribute, name);
    case MANY:
        return follow(patterns, vm_xml_pattern_begin(patterns, p->left, attribute, name), GROUP,
                      more(patterns, p));
    case CHOICE:
        return vm_xml_pattern_choice(patterns,
                                     vm_xml_pattern_begin(patterns, p->left, attribute, name),
                                     vm_xml_pattern_begin(patterns, p->right, attribute, name));
    case GROUP:
    case INTERLEAVE:
        return begin_both(patterns, p, attribute, name);
    case AFTER:
        return follow(patterns, vm_xml_pattern_begin(patterns, p->left, attribute, name), AFTER,
                      p->right);
    default:
        return patterns->nothing;
    }
}

const VmXmlPattern *
vm_xml_pattern_begin(VmXmlPatterns *patterns, const VmXmlPattern *pattern, gboolean attribute,
                     VmXmlName name)
{
    VmXmlPattern *p = (VmXmlPattern *)pattern;

    if (p->kind == EMPTY || p->kind == NOTHING || p->kind == TEXT || p->kind == DATA)
        return patterns->nothing;
    if (p->begun == NULL)
        p->begun = g_new0(const VmXmlPattern *, 2 * (patterns->names + 1));
    const VmXmlPattern **known = &p->begun[2 * name + (attribute ? 1 : 0)];
    if (*known == NULL)
        *known = begin_anew(patterns, p, attribute, name);
    return *known;
}

const VmXmlPattern *
vm_xml_pattern_content(const VmXmlPattern *pattern, const VmXmlPattern **rest)
{
    if (pattern->kind != AFTER)
        return NULL;
    *rest = pattern->right;
    return pattern->left;
}

/* ---- the end of a tag ---- */

static const VmXmlPattern *
close_anew(VmXmlPatterns *patterns, const VmXmlPattern *p)
{
    const VmXmlPattern *left = p->left != NULL ? vm_xml_pattern_close_tag(patterns, p->left) : NULL;

    switch (p->kind) {
    case PART:
        return p->part->attribute ? patterns->nothing : p;
    case MANY:
        return vm_xml_pattern_many(patterns, left);
    case CHOICE:
        return vm_xml_pattern_choice(patterns, left, vm_xml_pattern_close_tag(patterns, p->right));
    case GROUP:
    case INTERLEAVE:
        return both(patterns, p->kind, left, vm_xml_pattern_close_tag(patterns, p->right));
    case AFTER:
        return after(patterns, left, p->right);
    default:
        return p;
    }
}

const VmXmlPattern *
vm_xml_pattern_close_tag(VmXmlPatterns *patterns, const VmXmlPattern *pattern)
{
    VmXmlPattern *p = (VmXmlPattern *)pattern;

    if (p->closed == NULL)
        p->closed = close_anew(patterns, p);
    return p->closed;
}

const VmXmlPattern *
vm_xml_pattern_end(VmXmlPatterns *patterns, const VmXmlPattern *pattern)
{
    VmXmlPattern *p = (VmXmlPattern *)pattern;

    if (p->ended != NULL)
        return p->ended;
    if (p->kind == CHOICE)
        p->ended = vm_xml_pattern_choice(patterns, vm_xml_pattern_end(patterns, p->left),
                                         vm_xml_pattern_end(patterns, p->right));
    else
        p->ended = p->kind == AFTER && p->left->is_done ? p->right : patterns->nothing;
    return p->ended;
}

/* ---- texts ---- */

/* The classes that a text is put to which a pattern meets. */
static void
add_classes(GPtrArray *classes, const VmXmlPattern *p)
{
    if (p->kind == DATA && !g_ptr_array_find(classes, p->texts, NULL))
        g_ptr_array_add(classes, p->texts);
    if (p->left != NULL)
        add_classes(classes, p->left);
    if (p->right != NULL && p->kind != AFTER)
        add_classes(classes, p->right);
}

static gboolean
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/** Names and paths come again and again. */
static gboolean
has_form(VmXmlTextClass *class, const char *text)
{
    if (class->known != NULL && strcmp(class->known, text) == 0)
        return TRUE;
    if (xmlRegexpExec(class->pattern, (const xmlChar *)text) != 1)
        return FALSE;
    g_free(class->known);
    class->known = g_strdup(text);
    return TRUE;
}

static gboolean
belongs(VmXmlTextClass *class, const char *text)
{
    if (class->value != NULL)
        return strcmp(class->value, text) == 0;
    if (class->number) {
        gsize digits = strspn(text, "0123456789");
        return digits > 0 && digits <= 18 && text[digits] == '\0' &&
               (!class->positive || text[strspn(text, "0")] != '\0');
    }
    return (!class->filled || !is_blank(text)) && (class->pattern == NULL || has_form(class, text));
}

/* What is left after a text that belongs to those of the classes. */
static const VmXmlPattern *
read_anew(VmXmlPatterns *patterns, const VmXmlPattern *p, const GPtrArray *classes, guint32 bits)
{
    const VmXmlPattern *left = p->left, *right = p->right;
    guint index;

    if (p->kind == TEXT)
        return p;
    if (p->kind == DATA)
        return g_ptr_array_find((GPtrArray *)classes, p->texts, &index) && (bits >> index & 1) != 0
                   ? patterns->empty
                   : patterns->nothing;
    if (left == NULL)
        return patterns->nothing;
    left = read_anew(patterns, left, classes, bits);
    if (p->kind == MANY)
        return vm_xml_pattern_group(patterns, left, more(patterns, p));
    if (p->kind == AFTER)
        return after(patterns, left, right);
    right = p->kind == GROUP && !p->left->is_done ? patterns->nothing
                                                  : read_anew(patterns, right, classes, bits);
    if (p->kind == CHOICE)
        return vm_xml_pattern_choice(patterns, left, right);
    return vm_xml_pattern_choice(patterns, both(patterns, p->kind, left, p->right),
                                 p->kind == GROUP ? right
                                                  : both(patterns, p->kind, p->left, right));
}

/* What a text is to a pattern. */
static guint32
bits_of(VmXmlPattern *p, const char *text, gboolean whole)
{
    guint32 bits = whole ? WHOLE | (is_blank(text) ? BLANK : 0) : 0;

    if (p->classes == NULL) {
        p->classes = g_ptr_array_new();
        p->readings = g_array_new(FALSE, FALSE, sizeof(Reading));
        add_classes(p->classes, p);
    }
    g_assert(p->classes->len <= CLASSES_MAX);
    for (guint i = 0; i < p->classes->len; i++)
        bits |= belongs(p->classes->pdata[i], text) ? 1U << i : 0;
    return bits;
}

const VmXmlPattern *
vm_xml_pattern_read(VmXmlPatterns *patterns, const VmXmlPattern *pattern, const char *text,
                    gboolean whole)
{
    VmXmlPattern *p = (VmXmlPattern *)pattern;
    guint32 bits = bits_of(p, text, whole);

    for (guint i = 0; i < p->readings->len; i++) {
        const Reading *known = &g_array_index(p->readings, Reading, i);
        if (known->belongs == bits)
            return known->left;
    }
    Reading reading = {bits, read_anew(patterns, p, p->classes, bits & ~(WHOLE | BLANK))};
    if ((bits & BLANK) != 0)
        reading.left = vm_xml_pattern_choice(patterns, p, reading.left);
    g_array_append_val(p->readings, reading);
    return reading.left;
}
