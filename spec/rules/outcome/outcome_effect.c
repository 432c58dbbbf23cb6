/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Results of outcome rows taken apart: a refusal, or a list of effects.
 */
#include "spec/rules/outcome/outcome.h"

#include <string.h>

static void
effect_free(OutcomeEffect *effect)
{
    outcome_expr_free(effect->when);
    g_free(effect->word);
    g_free(effect->plan);
    g_free(effect);
}

int
outcome_refusal(const char *result)
{
    if (!g_str_has_prefix(result, "error "))
        return 0;
    return vm_error_number(result + strlen("error "));
}

static gboolean
read_when(const char **at, OutcomeExpr **when, GError **error)
{
    const char *end = strchr(*at, '}');
    g_autofree char *condition = NULL;

    if (!end)
        return vm_refuse(error, VIR_ERR_INVALID_ARG, "effect '%s': '{' without '}'", *at);
    condition = g_strndup(*at + 1, (gsize)(end - *at - 1));
    *when = outcome_expr_new(condition, error);
    *at = end + 1;
    return *when != NULL;
}

GPtrArray *
outcome_effects(const char *result, GError **error)
{
    g_autoptr(GPtrArray) effects = g_ptr_array_new_with_free_func((GDestroyNotify)effect_free);
    const char *at = result;

    if (g_str_has_prefix(result, "error ")) {
        vm_refuse(error, VIR_ERR_INVALID_ARG, "'%s' is a refusal", result);
        return NULL;
    }
    if (strcmp(result, "same") == 0)
        return g_steal_pointer(&effects);
    while (*(at += strspn(at, " "))) {
        OutcomeEffect *effect = g_new0(OutcomeEffect, 1);
        gsize length;

        g_ptr_array_add(effects, effect);
        if (*at == '{' && !read_when(&at, &effect->when, error))
            return NULL;
        length = strcspn(at, " {}");
        if (length == 0 || !memchr(at, ':', length)) {
            vm_refuse(error, VIR_ERR_INVALID_ARG, "result '%s': expected KIND:VALUE at '%s'",
                      result, at);
            return NULL;
        }
        effect->word = g_strndup(at, length);
        at += length;
    }
    return g_steal_pointer(&effects);
}
