/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening and closing the driver.
 */
#include "spec/driver/domain_obj.h"

VmDriver *
vm_driver_open(const VmDriverOptions *options, GError **error)
{
    g_autoptr(VmDriver) driver = g_new0(VmDriver, 1);
    driver->hypervisor = options->hypervisor;
    driver->store = options->store;
    driver->env = options->env;
    driver->root = g_strdup(options->root);
    driver->profile = options->profile;
    driver->readings = options->readings;
    driver->by_name = vm_driver_new_name_table();
    driver->by_uuid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    driver->draft = g_string_new(NULL);
    driver->draft_path = g_string_new(NULL);
    g_queue_init(&driver->events);

    vm_intent_recover(driver, VM_INTENT_BEFORE_LOAD);
    if (!vm_driver_load(driver, error))
        return NULL;
    vm_intent_recover(driver, VM_INTENT_AFTER_LOAD);
    return g_steal_pointer(&driver);
}

void
vm_driver_take_over(VmDriver *driver)
{
    vm_driver_disconnect(driver);
    g_autoptr(GPtrArray) domains = vm_driver_domains(driver);
    for (guint i = 0; i < domains->len; i++)
        vm_transient_sweep(g_ptr_array_index(domains, i));
}

void
vm_driver_close(VmDriver *driver)
{
    if (driver == NULL)
        return;
    g_clear_pointer(&driver->kept_intents, g_hash_table_unref);
    g_clear_pointer(&driver->stale_intents, g_hash_table_unref);
    g_hash_table_unref(driver->by_uuid);
    g_hash_table_unref(driver->by_name);
    g_queue_clear_full(&driver->events, (GDestroyNotify)vm_driver_event_free);
    vm_snapshot_def_unref(driver->draft_of);
    g_string_free(driver->draft, TRUE);
    g_string_free(driver->draft_path, TRUE);
    g_free(driver->root);
    g_free(driver);
}
