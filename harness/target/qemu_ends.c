/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "harness/target/qemu_ends.h"

#include <string.h>
#include "harness/qemu/guest_memory.h"
#include "harness/qemu/hypervisor.h"

/* A guest needs a millisecond; the host may be busy. */
#define PATIENCE_US (10 * G_USEC_PER_SEC)
#define POLL_US 1000

typedef struct {
    char *instance;
    gboolean button;
} ExpectedEnd;

struct QemuEnds {
    VmHypervisor *hypervisor;
    QemuInspector *inspector;
    GPtrArray *expected; /* of ExpectedEnd * */
};

static void
end_free(gpointer data)
{
    ExpectedEnd *end = data;
    g_free(end->instance);
    g_free(end);
}

QemuEnds *
qemu_ends_new(VmHypervisor *hypervisor, QemuInspector *inspector)
{
    QemuEnds *ends = g_new0(QemuEnds, 1);
    ends->hypervisor = hypervisor;
    ends->inspector = inspector;
    ends->expected = g_ptr_array_new_with_free_func(end_free);
    return ends;
}

void
qemu_ends_free(QemuEnds *ends)
{
    if (ends == NULL)
        return;
    g_ptr_array_unref(ends->expected);
    g_free(ends);
}

void
qemu_ends_expect(QemuEnds *ends, const char *instance, gboolean button)
{
    ExpectedEnd *end = g_new0(ExpectedEnd, 1);
    end->instance = g_strdup(instance);
    end->button = button;
    g_ptr_array_add(ends->expected, end);
}

typedef enum {
    END_COMING,
    END_LATER, /* its CPUs are stopped */
    END_NEVER, /* it has come, or the guest takes no notice */
} Outlook;

static Outlook
look_at(const QemuEnds *ends, const ExpectedEnd *end)
{
    g_autoptr(GPtrArray) names = qemu_hypervisor_names(ends->hypervisor);
    json_t *status = NULL;
    if (!g_ptr_array_find_with_equal_func(names, end->instance, g_str_equal, NULL))
        return END_NEVER;
    if (!qemu_hypervisor_look(ends->hypervisor, end->instance, "query-status", NULL, &status, NULL))
        return END_COMING;
    gboolean runs = json_is_true(json_object_get(status, "running"));
    json_decref(status);
    if (!runs)
        return END_LATER;
    g_autofree void *page =
        end->button ? qemu_inspector_guest_page(ends->inspector, end->instance) : NULL;
    return page != NULL && guest_memory_ignores_button(page) ? END_NEVER : END_COMING;
}

static Outlook
await(const QemuEnds *ends, const ExpectedEnd *end)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    Outlook outlook = look_at(ends, end);
    while (outlook == END_COMING && g_get_monotonic_time() < deadline) {
        g_usleep(POLL_US);
        outlook = look_at(ends, end);
    }
    return outlook;
}

void
qemu_ends_await(QemuEnds *ends)
{
    for (guint i = ends->expected->len; i-- > 0;)
        if (await(ends, ends->expected->pdata[i]) != END_LATER)
            g_ptr_array_remove_index(ends->expected, i);
}
