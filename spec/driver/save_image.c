/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file format of save images: 16 bytes of magic, four little-endian words
 * (version, state, length of the XML, offset of the stream), the XML, its mark
 * where it has one, zeros up to the stream.
 */
#include "spec/driver/save_image.h"
#include "spec/model/xml.h"
#include <string.h>

#define SAVE_MAGIC "virt-moment-save" /* 16 bytes, no NUL */
#define SAVE_VERSION 1
#define STREAM_ALIGN 4096

typedef struct {
    char magic[16];
    guint32 version;
    guint32 running;
    guint32 xml_length;
    guint32 stream_offset;
} SaveHeader;

G_STATIC_ASSERT(sizeof(SaveHeader) == 32);

void
vm_save_image_free(VmSaveImage *image)
{
    if (image == NULL)
        return;
    vm_domain_def_unref(image->def);
    g_free(image->path);
    g_free(image->mark);
    g_free(image);
}

static gboolean
refuse_image(GError **error, const char *path, const char *cause)
{
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "save image '%s' cannot be used: %s (DOM-SAVE-015)", path, cause);
}

static GBytes *
read_head(VmStore *store, const char *path, gsize length, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GBytes) bytes = store->ops->read_head(store, path, length, &failure);
    if (bytes == NULL) {
        refuse_image(error, path, failure->message);
        return NULL;
    }
    if (g_bytes_get_size(bytes) < length) {
        refuse_image(error, path, "the file is too short");
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

static gboolean
read_header(VmStore *store, const char *path, SaveHeader *header, GError **error)
{
    g_autoptr(GBytes) bytes = read_head(store, path, sizeof(SaveHeader), error);
    if (bytes == NULL)
        return FALSE;
    memcpy(header, g_bytes_get_data(bytes, NULL), sizeof(SaveHeader));
    header->version = GUINT32_FROM_LE(header->version);
    header->running = GUINT32_FROM_LE(header->running);
    header->xml_length = GUINT32_FROM_LE(header->xml_length);
    header->stream_offset = GUINT32_FROM_LE(header->stream_offset);
    if (memcmp(header->magic, SAVE_MAGIC, sizeof(header->magic)) != 0)
        return refuse_image(error, path, "it is not a save image of this driver");
    if (header->version != SAVE_VERSION)
        return refuse_image(error, path, "its version is not known");
    if (header->running > 1 || header->xml_length > VM_XML_SIZE_MAX ||
        header->stream_offset < sizeof(SaveHeader) + header->xml_length)
        return refuse_image(error, path, "its header is damaged");
    return TRUE;
}

/* What stands between the XML and the zeros; the caller frees it. */
static char *
read_mark(const char *data, const SaveHeader *header)
{
    gsize at = sizeof(SaveHeader) + header->xml_length;
    gsize room = MIN(header->stream_offset - at, VM_SAVE_MARK_SIZE);
    return room > 0 && data[at] != '\0' ? g_strndup(data + at, room) : NULL;
}

VmSaveImage *
vm_save_image_read(VmStore *store, const char *path, GError **error)
{
    SaveHeader header;
    if (vm_store_kind(store, path) == VM_FILE_MISSING) {
        vm_refuse(error, VIR_ERR_SYSTEM_ERROR,
                  "save image '%s' cannot be opened: No such file or directory", path);
        return NULL;
    }
    if (!read_header(store, path, &header, error))
        return NULL;
    g_autoptr(GBytes) bytes = read_head(store, path, header.stream_offset, error);
    if (bytes == NULL)
        return NULL;
    const char *data = g_bytes_get_data(bytes, NULL);
    g_autofree char *xml = g_strndup(data + sizeof(SaveHeader), header.xml_length);

    g_autoptr(GError) failure = NULL;
    VmDomainDef *def = vm_domain_def_parse(xml, NULL, 0, &failure);
    if (def == NULL) {
        refuse_image(error, path, failure->message);
        return NULL;
    }
    VmSaveImage *image = g_new0(VmSaveImage, 1);
    image->path = g_strdup(path);
    image->running = header.running == 1;
    image->def = def;
    image->stream_offset = header.stream_offset;
    image->mark = read_mark(data, &header);
    return image;
}

gboolean
vm_save_image_check_owner(const VmSaveImage *image, const VmDomainDef *def, GError **error)
{
    if (strcmp(image->def->uuid, def->uuid) == 0 && strcmp(image->def->name, def->name) == 0)
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED,
                     "save image '%s' belongs to domain '%s' (%s), not to '%s' (%s) "
                     "(DOM-START-011)",
                     image->path, image->def->name, image->def->uuid, def->name, def->uuid);
}

char *
vm_save_image_partial_path(const char *path)
{
    return g_strconcat(path, ".partial", NULL);
}

VmStoreFile *
vm_save_image_create(VmStore *store, const char *path, const VmSaveHead *said, GError **error)
{
    g_autofree char *xml = vm_domain_def_format(said->def, VM_DOMAIN_FORMAT_SECURE);
    gsize length = strlen(xml);
    gsize mark = said->mark != NULL ? strlen(said->mark) : 0;
    gsize used = sizeof(SaveHeader) + length + mark;
    gsize offset = (used + STREAM_ALIGN - 1) / STREAM_ALIGN * STREAM_ALIGN;
    g_autofree char *head = g_malloc0(offset);
    SaveHeader header = {
        .version = GUINT32_TO_LE(SAVE_VERSION),
        .running = GUINT32_TO_LE(said->running ? 1 : 0),
        .xml_length = GUINT32_TO_LE((guint32)length),
        .stream_offset = GUINT32_TO_LE((guint32)offset),
    };
    memcpy(header.magic, SAVE_MAGIC, sizeof(header.magic));
    memcpy(head, &header, sizeof(header));
    memcpy(head + sizeof(header), xml, length);
    if (mark > 0)
        memcpy(head + sizeof(header) + length, said->mark, mark);

    VmStoreFile *file = store->ops->create(store, path, error);
    if (file != NULL && !store->ops->write(file, head, offset, error)) {
        store->ops->close(file);
        store->ops->unlink(store, path, NULL);
        return NULL;
    }
    return file;
}

gboolean
vm_save_image_complete(VmStoreFile *file, const char *partial, const char *path, GError **error)
{
    VmStore *store = file->store;
    g_autofree char *folder = g_path_get_dirname(path);
    if (!store->ops->sync_file(file, error) || !store->ops->rename(store, partial, path, error))
        return FALSE;
    if (store->ops->sync_dir(store, folder, error))
        return TRUE;
    /* the guest goes on, so that nobody may find its former memory */
    store->ops->rename(store, path, partial, NULL);
    store->ops->sync_dir(store, folder, NULL);
    return FALSE;
}
