/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt as a target: life-cycle events.
 */
#ifdef VM_HAVE_LIBVIRT_HEADERS

#include "harness/target/libvirt_int.h"

static int
take_event(virConnectPtr connect, virDomainPtr domain, int type, int detail, void *data)
{
    struct vm_conn *conn = data;
    struct vm_event *event = g_new0(struct vm_event, 1);

    (void)connect;
    g_strlcpy(event->domain, lv.virDomainGetName(domain), sizeof(event->domain));
    event->type = type;
    event->detail = detail;
    g_queue_push_tail(&conn->events, event);
    return 0;
}

void
libvirt_events_begin(struct vm_conn *conn)
{
    conn->callback =
        lv.virConnectDomainEventRegisterAny(conn->connect, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                            VIR_DOMAIN_EVENT_CALLBACK(take_event), conn, NULL);
}

void
libvirt_events_end(struct vm_conn *conn)
{
    if (conn->callback >= 0)
        lv.virConnectDomainEventDeregisterAny(conn->connect, conn->callback);
    g_queue_clear_full(&conn->events, g_free);
}

static int
next_event(struct vm_conn *conn, struct vm_event *event)
{
    struct vm_event *first;

    /* Queued events are handed out by the loop's timers: one turn lets a
     * driver arm them, the next delivers. */
    if (g_queue_is_empty(&conn->events)) {
        lv.virEventRunDefaultImpl();
        lv.virEventRunDefaultImpl();
    }
    first = g_queue_pop_head(&conn->events);
    if (!first)
        return 0;
    *event = *first;
    g_free(first);
    return 1;
}

void
libvirt_fill_event(struct vm_target *table)
{
    table->next_event = next_event;
}

#endif
