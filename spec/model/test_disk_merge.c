/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec/model/test_documents.h"

#define CHAIN                                                                                      \
    "<disk type='file'><driver type='qcow2'/><source file='/top'/>"                                \
    "<backingStore type='file'><format type='qcow2'/><source file='/mid'/>"                        \
    "<backingStore type='file'><format type='raw'/><source file='/base'/></backingStore>"          \
    "</backingStore><target dev='vda'/></disk>"                                                    \
    "<disk type='file'><driver type='qcow2'/><source file='/other'/><target dev='vdb'/></disk>"

static const VmDiskSource mid = {
    .type = (char *)"file", .path = (char *)"/mid", .format = (char *)"qcow2"};
static const VmDiskSource base = {
    .type = (char *)"file", .path = (char *)"/x/../base", .format = (char *)"raw"};

static const VmDiskSource *
layer(const VmDomainDef *def, guint i)
{
    return g_ptr_array_index(vm_domain_def_disk(def, 0)->backing, i);
}

static void
a_merged_top_leaves_the_image_below_on_top(void **state)
{
    g_autoptr(VmDomainDef) def = domain_of("", CHAIN);
    g_autoptr(VmDomainDef) merged = vm_domain_def_without_image(def, "//top", &mid);
    const VmDiskDef *disk = vm_domain_def_disk(merged, 0);

    (void)state;
    assert_string_equal(disk->source.path, "/mid");
    assert_string_equal(disk->source.format, "qcow2");
    assert_int_equal(disk->backing->len, 1);
    assert_string_equal(layer(merged, 0)->path, "/base");
    assert_string_equal(vm_domain_def_disk(def, 0)->source.path, "/top");
    assert_ptr_equal(vm_domain_def_disk(merged, 1), vm_domain_def_disk(def, 1));
}

static void
a_merged_layer_leaves_the_chain(void **state)
{
    g_autoptr(VmDomainDef) def = domain_of("", CHAIN);
    g_autoptr(VmDomainDef) merged = vm_domain_def_without_image(def, "/mid", &base);

    (void)state;
    assert_string_equal(vm_domain_def_disk(merged, 0)->source.path, "/top");
    assert_int_equal(vm_domain_def_disk(merged, 0)->backing->len, 1);
    assert_string_equal(layer(merged, 0)->path, "/base");
}

static void
a_chain_that_ends_there_names_the_image_below(void **state)
{
    static const VmDiskSource under = {.type = (char *)"file", .path = (char *)"/under"};
    g_autoptr(VmDomainDef) def = domain_of("", CHAIN);
    g_autoptr(VmDomainDef) merged = vm_domain_def_without_image(def, "/base", &under);
    g_autoptr(VmDomainDef) other = vm_domain_def_without_image(def, "/other", &base);

    (void)state;
    assert_int_equal(vm_domain_def_disk(merged, 0)->backing->len, 2);
    assert_string_equal(layer(merged, 1)->path, "/under");
    assert_string_equal(vm_domain_def_disk(other, 1)->source.path, "/x/../base");
    assert_string_equal(vm_domain_def_disk(other, 1)->source.format, "raw");
}

static void
a_definition_that_does_not_name_the_image_stays(void **state)
{
    g_autoptr(VmDomainDef) def = domain_of("", CHAIN);

    (void)state;
    assert_null(vm_domain_def_without_image(def, "/elsewhere", &base));
}

static void
paths_are_the_same_that_lead_to_one_file(void **state)
{
    (void)state;
    assert_true(vm_path_same("/a/b", "//a/./c/../b"));
    assert_false(vm_path_same("/a/b", "/a/c"));
    assert_false(vm_path_same("/a", NULL));
    assert_false(vm_path_same(NULL, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_merged_top_leaves_the_image_below_on_top),
        cmocka_unit_test(a_merged_layer_leaves_the_chain),
        cmocka_unit_test(a_chain_that_ends_there_names_the_image_below),
        cmocka_unit_test(a_definition_that_does_not_name_the_image_stays),
        cmocka_unit_test(paths_are_the_same_that_lead_to_one_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
