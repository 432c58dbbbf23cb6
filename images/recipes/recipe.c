/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/recipes/recipe.h"

#include <glib.h>

#define INSTALLED "share/virt-moment/recipes/make.sh"

char *
images_recipe_script(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program != NULL ? g_path_get_dirname(program) : NULL;
    g_autofree char *prefix = bin != NULL ? g_path_get_dirname(bin) : NULL;
    g_autofree char *installed = prefix != NULL ? g_build_filename(prefix, INSTALLED, NULL) : NULL;
    if (installed != NULL && g_file_test(installed, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&installed);
    return g_build_filename(VM_SOURCE_DIR, "images/recipes/make.sh", NULL);
}
