/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The simulator goes first: what it announces is what QEMU is waited for.
 */
#include "harness/fidelity/pair.h"

#include <string.h>
#include "harness/fidelity/event_stream.h"
#include "harness/fidelity/side.h"
#include "harness/fidelity/value_match.h"
#include "spec/api/error.h"

#define EVENT_MS 1000
#define TRIES 300
#define TRY_US 3000

struct Pair {
    Side *qemu;
    Side *sim;
    View view;
};

static const char *const images[][8] = {
    {"qemu-img", "create", "-q", "-f", "qcow2", "a.q", "1M"},
    {"qemu-img", "create", "-q", "-f", "qcow2", "b.q", "1M"},
    {"qemu-img", "create", "-q", "-f", "qcow2", "c.q", "2M"},
    {"qemu-img", "create", "-q", "-f", "qcow2", "m.q", "1M"},
    {"qemu-img", "create", "-q", "-f", "raw", "r.raw", "1M"},
};
/* A raw file without holes: where those are is the file system's business. */
static const char *const filled[] = {"qemu-io", "-f", "raw", "-c", "write -P 9 0 1M", "r.raw"};
static const char *const overlay[] = {"qemu-img", "create", "-q", "-f",    "qcow2",
                                      "-b",       "m.q",    "-F", "qcow2", "t.q"};

static const char *const prologue[] = {
    "{'execute':'blockdev-add','arguments':{'driver':'file','node-name':'fa','filename':'a.q'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'qcow2','node-name':'a','file':'fa'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'file','node-name':'fb','filename':'b.q'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'qcow2','node-name':'b','file':'fb'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'file','node-name':'fm','filename':'m.q'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'qcow2','node-name':'m','file':'fm'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'file','node-name':'ft','filename':'t.q'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'qcow2','node-name':'t','file':'ft',"
    "'backing':'m'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'file','node-name':'fr','filename':'r.raw'}}",
    "{'execute':'blockdev-add','arguments':{'driver':'raw','node-name':'r','file':'fr'}}",
};

/* ---- the beginning and the end ---- */

static json_t *
list_of(const char *const *words, guint count)
{
    json_t *list = json_array();

    for (guint i = 0; i < count && words[i] != NULL; i++) {
        json_array_append_new(list, json_string(words[i]));
    }
    return list;
}

static gboolean
run_tool(Side *side, const char *const *words, guint count, GError **error)
{
    json_t *argv = list_of(words, count);
    g_auto(StageRun) run = {0};
    gboolean ok = side->stage->ops->run(side->stage, argv, &run, error);

    json_decref(argv);
    if (ok && run.status != 0) {
        vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s on %s: %s", words[0], side->stage->name,
                  run.out);
    }
    return ok && run.status == 0;
}

static gboolean
make_images(Side *side, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(images); i++) {
        if (!run_tool(side, images[i], G_N_ELEMENTS(images[i]), error)) {
            return FALSE;
        }
    }
    return run_tool(side, overlay, G_N_ELEMENTS(overlay), error) &&
           run_tool(side, filled, G_N_ELEMENTS(filled), error);
}

static gboolean
run_prologue(Side *side, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(prologue); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(prologue[i]), "'", '"');
        json_t *answer = side_ask(side, text);
        gboolean ok = json_object_get(answer, "return") != NULL;
        g_autofree char *line = value_line(answer);

        json_decref(answer);
        if (!ok) {
            return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "%s: %s gets %s", side->stage->name,
                             text, line);
        }
    }
    side_forget_events(side);
    return TRUE;
}

static Side *
start_side(Stage *stage, gboolean pc, GError **error)
{
    Side *side = stage != NULL ? side_new(stage) : NULL;

    if (side != NULL &&
        (!make_images(side, error) || !side_start(side, pc, error) || !run_prologue(side, error))) {
        side_free(side);
        return NULL;
    }
    return side;
}

void
pair_free(Pair *pair)
{
    if (pair == NULL) {
        return;
    }
    side_free(pair->qemu);
    side_free(pair->sim);
    view_clear(&pair->view);
    g_free(pair);
}

const View *
pair_view(const Pair *pair)
{
    return &pair->view;
}

void
pair_step_clear(PairStep *step)
{
    json_decref(step->answer);
    g_free(step->difference);
    g_free(step->text);
    memset(step, 0, sizeof(*step));
}

/* ---- comparing ---- */

/* Keep the first difference of each degree. */
static void
note(PairStep *step, gboolean text_only, const char *what, const char *text)
{
    char **slot = text_only ? &step->text : &step->difference;

    if (*slot == NULL) {
        *slot = g_strdup_printf("%s%s%s", what, text[0] == '[' || text[0] == '.' ? "" : ": ",
                                text[0] == ':' ? text + 2 : text);
    }
}

static MatchDegree
compare(PairStep *step, const char *what, const json_t *qemu, const json_t *sim)
{
    char *where = NULL;
    MatchDegree degree = value_match(qemu, sim, &where);

    if (degree != MATCH_EQUAL && step != NULL) {
        note(step, degree == MATCH_TEXT, what, where);
    }
    g_free(where);
    return degree;
}

static void
report_event(gpointer data, guint element, gboolean text_only, const char *text)
{
    (void)element;
    note(data, text_only, "events", text);
}

static EventStreams *
streams_of(const json_t *events)
{
    EventStreams *streams = event_streams_new();
    size_t index;
    json_t *event;

    json_array_foreach((json_t *)events, index, event)
    {
        StreamEvent entry = {0, index, event};

        event_streams_add(streams, "", entry);
    }
    event_streams_drop_drains(streams);
    return streams;
}

static void
compare_events(const Pair *pair, PairStep *step)
{
    json_t *a = side_events(pair->qemu);
    json_t *b = side_events(pair->sim);
    g_autoptr(EventStreams) qemu = streams_of(a);
    g_autoptr(EventStreams) sim = streams_of(b);

    event_streams_compare(qemu, sim, report_event, step);
    json_decref(a);
    json_decref(b);
}

static void
compare_answers(PairStep *step, const json_t *qemu, const json_t *sim)
{
    if (both_speak(qemu, sim)) {
        if (!json_equal((json_t *)qemu, (json_t *)sim)) {
            char *where = NULL;

            value_match(qemu, sim, &where);
            note(step, TRUE, "answer", where != NULL ? where : "");
            g_free(where);
        }
        return;
    }
    compare(step, "answer", qemu, sim);
    if (step->difference != NULL && json_object_get(sim, "error") != NULL) {
        g_autofree char *line = value_line(json_object_get(sim, "error"));
        char *longer = g_strdup_printf("%s, but %s", step->difference, line);

        g_free(step->difference);
        step->difference = longer;
    }
}

/* ---- a step ---- */

/* What QEMU shows, once it is what the simulator shows, or will not come to be. */
static json_t *
settled_state(const Pair *pair, const json_t *sim)
{
    json_t *qemu = side_state(pair->qemu);

    for (guint i = 0; i < TRIES && compare(NULL, "state", qemu, sim) == MATCH_DIFFERENT &&
                      json_object_get(qemu, "lost") == NULL;
         i++) {
        g_usleep(TRY_US);
        json_decref(qemu);
        qemu = side_state(pair->qemu);
    }
    return qemu;
}

static void
compare_states(Pair *pair, PairStep *step)
{
    json_t *sim = side_state(pair->sim);
    json_t *qemu = settled_state(pair, sim);
    g_autofree char *died = NULL;

    compare_events(pair, step);
    if (json_object_get(qemu, "lost") != NULL) {
        died = side_end_text(pair->qemu);
        note(step, FALSE, "QEMU ended", died);
    } else {
        compare(step, "state", qemu, sim);
        view_set(&pair->view, qemu);
    }
    json_decref(sim);
    json_decref(qemu);
}

static json_t *
send_to(Side *side, const json_t *command)
{
    char *dump = json_dumps(command, JSON_COMPACT);
    g_autofree char *text = side_restore(side, dump);

    free(dump);
    return side_ask(side, text);
}

void
pair_step(Pair *pair, const json_t *command, PairStep *step)
{
    json_t *sim;
    json_t *qemu;

    memset(step, 0, sizeof(*step));
    sim = send_to(pair->sim, command);
    side_rest(pair->sim);
    qemu = send_to(pair->qemu, command);
    side_await(pair->qemu, pair->sim, EVENT_MS);
    step->answer = side_normal(pair->qemu, qemu);
    json_decref(qemu);
    qemu = side_normal(pair->sim, sim);
    json_decref(sim);
    compare_answers(step, step->answer, qemu);
    json_decref(qemu);
    view_note(&pair->view, command, step->answer);
    compare_states(pair, step);
    side_forget_events(pair->qemu);
    side_forget_events(pair->sim);
}

Pair *
pair_new(gboolean pc, GError **error)
{
    g_autoptr(Pair) pair = g_new0(Pair, 1);
    json_t *state;

    view_init(&pair->view, pc);
    pair->sim = start_side(stage_sim_new(), pc, error);
    pair->qemu = pair->sim != NULL ? start_side(stage_qemu_new(error), pc, error) : NULL;
    if (pair->qemu == NULL) {
        return NULL;
    }
    state = side_state(pair->sim);
    view_set(&pair->view, state);
    json_decref(state);
    state = side_state(pair->qemu);
    json_decref(state);
    return g_steal_pointer(&pair);
}

/* ---- what is left behind ---- */

static void
compare_tool(Pair *pair, PairStep *step, const char *verb, const char *file)
{
    json_t *argv = json_pack("[s,s,s,s]", "qemu-img", verb, "--output=json", file);
    g_autofree char *what = g_strdup_printf("qemu-img %s %s at the end", verb, file);
    json_t *qemu = side_tool(pair->qemu, argv);
    json_t *sim = side_tool(pair->sim, argv);

    compare(step, what, qemu, sim);
    json_decref(argv);
    json_decref(qemu);
    json_decref(sim);
}

void
pair_finish(Pair *pair, PairStep *step)
{
    static const char *const mapped[] = {"a.q", "b.q", "m.q", "t.q"};
    static const char *const shown[] = {"a.q", "t.q", "n1", "n2"};
    json_t *sim = side_quit(pair->sim);
    json_t *qemu = side_quit(pair->qemu);

    memset(step, 0, sizeof(*step));
    compare(step, "the end", qemu, sim);
    compare_events(pair, step);
    for (guint i = 0; i < G_N_ELEMENTS(mapped); i++) {
        compare_tool(pair, step, "info", shown[i]);
        compare_tool(pair, step, "map", mapped[i]);
    }
    json_decref(sim);
    json_decref(qemu);
}
