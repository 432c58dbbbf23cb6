/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/api/error.h"

#include <stdarg.h>
#include <string.h>

static const struct {
    int number;
    const char *name;
} error_names[] = {
#define VM_ERR(name, number, since) {number, #name},
#include "spec/api/errors.def"
};

GQuark
vm_error_quark(void)
{
    static GQuark quark;

    if (quark == 0)
        quark = g_quark_from_static_string("vm-error-quark");
    return quark;
}

const char *
vm_error_name(int code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(error_names); i++) {
        if (error_names[i].number == code)
            return error_names[i].name;
    }
    return "UNKNOWN";
}

int
vm_error_number(const char *name)
{
    if (g_str_has_prefix(name, "VIR_ERR_"))
        name += strlen("VIR_ERR_");
    for (gsize i = 0; i < G_N_ELEMENTS(error_names); i++) {
        if (g_str_equal(error_names[i].name, name))
            return error_names[i].number;
    }
    return -1;
}

gboolean
vm_refuse(GError **error, VmErrorCode code, const char *format, ...)
{
    if (!error)
        return FALSE;

    va_list args;
    va_start(args, format);
    g_propagate_error(error, g_error_new_valist(VM_ERROR, (int)code, format, args));
    va_end(args);
    return FALSE;
}
