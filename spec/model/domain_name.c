/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a domain may be called.
 */
#include "spec/model/domain_def.h"

#include <string.h>

/** A domain's name is a folder's name, and a part of file names: this much fits everywhere. */
#define NAME_MAX_BYTES 200

gboolean
vm_domain_name_check(const char *name, GError **error)
{
    for (const char *c = name; *c != '\0'; c++) {
        if ((guchar)*c < 0x20 || *c == 0x7f)
            return vm_refuse(error, VIR_ERR_XML_DETAIL,
                             "the name of a domain has the control character 0x%02x (DOM-DEF-004)",
                             (guchar)*c);
    }
    if (strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "'%s' cannot name a domain: its files are named after it (DOM-DEF-004)",
                         name);
    if (strlen(name) > NAME_MAX_BYTES)
        return vm_refuse(error, VIR_ERR_XML_ERROR,
                         "the name of a domain has %zu bytes, more than %d (DOM-DEF-004)",
                         strlen(name), NAME_MAX_BYTES);
    return TRUE;
}
