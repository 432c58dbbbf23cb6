/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the unit tests of documents share: refusals compared, documents made.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "spec/model/snapshot_def.h"

#define TEST_UUID "c7a5fdbd-edaf-9455-926a-d65c16db1809"

/** The error is set, has that code and `part` in its text, and is cleared. */
static inline void
assert_refused(GError **error, int code, const char *part)
{
    assert_non_null(*error);
    if ((*error)->code != code || strstr((*error)->message, part) == NULL)
        print_error("refused with %d: %s\n", (*error)->code, (*error)->message);
    assert_int_equal((*error)->code, code);
    assert_non_null(strstr((*error)->message, part));
    g_clear_error(error);
}

/** A domain document around `devices`, with `more` among the children of <domain>. */
static inline char *
domain_xml(const char *more, const char *devices)
{
    return g_strdup_printf("<domain type='kvm'><name>vm</name><uuid>" TEST_UUID "</uuid>"
                           "<memory>65536</memory><os><type>hvm</type></os>%s"
                           "<devices>%s</devices></domain>",
                           more, devices);
}

/** The definition of domain_xml(), which must be good.  The caller unrefs it. */
static inline VmDomainDef *
domain_of(const char *more, const char *devices)
{
    g_autofree char *xml = domain_xml(more, devices);
    g_autoptr(GError) error = NULL;
    VmDomainDef *def = vm_domain_def_parse(xml, NULL, 0, &error);

    if (def == NULL)
        print_error("%s\n", error->message);
    assert_non_null(def);
    return def;
}
