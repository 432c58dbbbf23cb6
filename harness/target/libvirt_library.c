/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt, opened at run time: a machine without it builds and runs all else.
 */
#include "harness/target/target_load.h"

#ifdef VM_HAVE_LIBVIRT_HEADERS

#include <dlfcn.h>

#include "harness/target/libvirt_int.h"

struct libvirt_library lv;

/* One row per function: its name, and where its address goes. */
static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define F(name) {#name, G_STRUCT_OFFSET(struct libvirt_library, name)},
    LIBVIRT_FUNCTIONS(F)
#undef F
};

/* Errors reach the caller as vm_error; libvirt shall not print them as well. */
static void
drop_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static void
ignore_timer(int timer, void *data)
{
    (void)timer;
    (void)data;
}

static gboolean
find_functions(void *object, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
        void *address = dlsym(object, functions[i].name);

        if (!address) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                        "the installed libvirt has no %s", functions[i].name);
            return FALSE;
        }
        *(void **)G_STRUCT_MEMBER_P(&lv, functions[i].offset) = address;
    }
    return TRUE;
}

gboolean
libvirt_library_load(GError **error)
{
    static gboolean loaded;
    void *object;

    if (loaded)
        return TRUE;
    object = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                    "libvirt is not installed on this machine: %s", dlerror());
        return FALSE;
    }
    if (!find_functions(object, error))
        return FALSE;
    lv.virSetErrorFunc(NULL, drop_error);
    lv.virInitialize();
    /* Events need a loop from before the first connection; the timer of 0 ms
     * makes each turn of it return at once. */
    lv.virEventRegisterDefaultImpl();
    lv.virEventAddTimeout(0, ignore_timer, NULL, NULL);
    loaded = TRUE;
    return TRUE;
}

#else

const struct vm_target *
target_libvirt(GError **error)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                "this virt-moment was built without libvirt's headers");
    return NULL;
}

#endif
