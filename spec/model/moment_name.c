/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a moment may be called: NAME.xml must be a file that can always be
 * written and read back, and QEMU must take the name for a name.
 */
#include "spec/model/snapshot_def.h"

#include <string.h>

/** With ".xml" and a suffix for the file being written it stays below 255 bytes. */
#define MOMENT_NAME_MAX 240
/** What QEMU keeps of the name of an internal snapshot. */
#define INTERNAL_NAME_MAX 255
/** QEMU reads a tag of so many digits as an id. */
#define INTERNAL_ID_DIGITS 9

gboolean
vm_moment_name_check(const char *name, GError **error)
{
    const gsize length = strlen(name);

    if (length == 0)
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "the name of a moment is empty (SNAP-NAME-001)");
    if (!g_utf8_validate(name, (gssize)length, NULL))
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "the name of a moment is not UTF-8 (SNAP-NAME-004)");
    if (length > MOMENT_NAME_MAX)
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "the name of a moment has %zu bytes, more than %d (SNAP-NAME-004)", length,
                         MOMENT_NAME_MAX);
    for (const char *c = name; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            return vm_refuse(error, VIR_ERR_XML_DETAIL,
                             "the name of a moment has the control character 0x%02x "
                             "(SNAP-NAME-004)",
                             (guchar)*c);
    }
    if (strchr(name, '/') != NULL)
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "moment '%s': the name must not contain a slash (SNAP-NAME-004)", name);
    if (*name == '.')
        return vm_refuse(error, VIR_ERR_XML_DETAIL,
                         "moment '%s': the name must not begin with a dot (SNAP-NAME-005)", name);
    return TRUE;
}

gboolean
vm_snapshot_internal_name_check(const char *name, GError **error)
{
    const gsize length = strlen(name);

    if (length <= INTERNAL_ID_DIGITS && strspn(name, "0123456789") == length)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': an internal snapshot cannot be called by 1 to %d digits, "
                         "which QEMU takes for an id",
                         name, INTERNAL_ID_DIGITS);
    if (length > INTERNAL_NAME_MAX)
        return vm_refuse(error, VIR_ERR_CONFIG_UNSUPPORTED,
                         "snapshot '%s': the name has %zu bytes, QEMU keeps %d", name, length,
                         INTERNAL_NAME_MAX);
    return TRUE;
}
