/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sample's connection, and the one symbol that it exports.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

int
refuse(struct vm_error *err, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    err->code = code;
    return code;
}

int
check_flags(uint32_t flags, uint32_t mask, struct vm_error *err)
{
    if (flags & ~mask)
        return refuse(err, ERR_INVALID_ARG, "unknown flags 0x%x", flags & ~mask);
    return 0;
}

static int
open_connection(const struct vm_target_options *options, struct vm_conn **conn,
                struct vm_error *err)
{
    (void)err;
    *conn = calloc(1, sizeof(**conn));
    (*conn)->disk_dir = strdup(options->workdir);
    (*conn)->clock = 1600000000;
    return 0;
}

static void
free_domain(struct domain *domain)
{
    while (domain->snapshots) {
        struct snapshot *next = domain->snapshots->next;

        snapshot_free(domain->snapshots);
        domain->snapshots = next;
    }
    free(domain->name);
    free(domain->xml);
    free(domain->next_xml);
    free(domain);
}

static void
close_connection(struct vm_conn *conn)
{
    while (conn->domains) {
        struct domain *next = conn->domains->next;

        free_domain(conn->domains);
        conn->domains = next;
    }
    free(conn->disk_dir);
    free(conn);
}

static int
version(struct vm_conn *conn, char **text, struct vm_error *err)
{
    (void)conn;
    (void)err;
    *text = strdup("sample plug-in 1.0");
    return 0;
}

static int
capabilities(struct vm_conn *conn, char ***names, struct vm_error *err)
{
    static const char *const able[] = {"persistent", "snapshot-internal", "start-paused"};
    const size_t count = sizeof(able) / sizeof(*able);

    (void)conn;
    (void)err;
    *names = calloc(count + 1, sizeof(**names));
    for (size_t i = 0; i < count; i++)
        (*names)[i] = strdup(able[i]);
    return 0;
}

static int
describe(struct vm_conn *conn, struct vm_target_world *world, struct vm_error *err)
{
    (void)err;
    memset(world, 0, sizeof(*world));
    strcpy(world->virt_type, "sample");
    strcpy(world->os_type, "hvm");
    snprintf(world->disk_dir, sizeof(world->disk_dir), "%s", conn->disk_dir);
    return 0;
}

static void
free_string(char *string)
{
    free(string);
}

static void
free_list(char **list)
{
    for (char **name = list; *name; name++)
        free(*name);
    free(list);
}

static int
next_event(struct vm_conn *conn, struct vm_event *event)
{
    (void)conn;
    (void)event;
    return 0;
}

__attribute__((visibility("default"))) const struct vm_target *virt_moment_target(void);

const struct vm_target *
virt_moment_target(void)
{
    static struct vm_target table = {
        .abi = VM_TARGET_ABI,
        .size = sizeof(struct vm_target),
        .name = "sample",
        .open = open_connection,
        .close = close_connection,
        .version = version,
        .capabilities = capabilities,
        .describe = describe,
        .free_string = free_string,
        .free_list = free_list,
        .next_event = next_event,
    };

    fill_domain(&table);
    fill_snapshot_create(&table);
    fill_snapshot(&table);
    fill_snapshot_list(&table);
    return &table;
}
