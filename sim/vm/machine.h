/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A QEMU process in miniature.
 *
 * What a command starts and does not finish is queued as work, or is a job's,
 * and done when the next event is taken or the next command comes, as if time
 * had passed.  A job that sleeps because of its speed goes on when the clock
 * has come to its time: whoever waits for an event lets it come.
 */
#pragma once

#include "sim/block/node_io.h"
#include "sim/vm/job.h"
#include "sim/vm/ram.h"
#include "sim/vm/run_state.h"
#include "sim/world/clock.h"

typedef struct SimHypervisor SimHypervisor;
typedef struct SimMachine SimMachine;

/** A piece of background work. */
typedef void (*SimWork)(SimMachine *machine, const char *argument);

/** What kind of process it is. */
typedef enum {
    SIM_KIND_GUEST,          /* a guest with a board, where disks can be plugged in */
    SIM_KIND_NONE,           /* -machine none: no board */
    SIM_KIND_STORAGE_DAEMON, /* no guest at all, and fewer commands */
} SimMachineKind;

/** A guest disk. */
typedef struct {
    char *id;
    char *serial; /* or NULL */
    SimEdge *root;
} SimDevice;

/** What a panic of the guest does; in the order of set-action's words. */
typedef enum {
    SIM_PANIC_PAUSE,
    SIM_PANIC_SHUTDOWN,
    SIM_PANIC_FAILURE,
    SIM_PANIC_NONE,
} SimPanicAction;

/** What the process does when its guest ends: set-action. */
typedef struct {
    gboolean reboot_ends;     /* a reset is a shutdown */
    gboolean shutdown_pauses; /* the process stays, with its CPUs stopped */
    SimPanicAction panic;
} SimActions;

/** A client's connection: the events that it has not taken yet. */
typedef struct {
    VmInstance base;
    SimMachine *machine;
    GPtrArray *events; /* of json_t *; what was taken is NULL */
    guint taken;       /* how many of them */
    gboolean timed;    /* its events bear the time */
    gboolean waiting;  /* a command of it has not been answered: see sim/vm/hang.h */
} SimMonitor;

/** A command that waits in the socket of a stopped process: see sim/vm/hang.h. */
typedef struct {
    SimMonitor *monitor; /* NULL when it has gone */
    char *command;
    json_t *arguments;
} SimLate;

/** Free it. */
void sim_late_free(SimLate *late);

/** One process. */
struct SimMachine {
    guint refs;
    SimHypervisor *hypervisor;
    SimMachineKind kind;
    char *name;
    SimClock *clock;
    SimGraph *graph; /* NULL when ended */
    SimJobs jobs;
    GPtrArray *devices;  /* of SimDevice * */
    GPtrArray *monitors; /* of SimMonitor *, borrowed */
    GQueue work;
    json_t *nothing; /* {}: the arguments of a command that has none */
    GHashTable *fds; /* char * → VmStoreFile *, from getfd */

    SimRunState run;
    SimRam ram;
    gint64 since; /* when the CPUs' time was last counted */
    guint64 ran;  /* nanoseconds that the CPUs have run */
    gboolean autostart;
    gboolean acpi_ignored;
    SimActions actions;

    gboolean incoming; /* started as -incoming defer */
    gboolean incoming_begun;
    const char *migration;       /* status, static; NULL: never */
    char *migration_error;       /* or NULL */
    VmStoreFile *migration_file; /* or NULL, as migration_uri */
    char *migration_uri;
    gboolean migration_events;

    GString *output; /* what the process wrote to its standard output and error */

    gboolean hung;      /* see sim/vm/hang.h */
    char *hang_at;      /* it will hang when that command comes, or NULL */
    char *end_at;       /* it will be killed when that command comes, or NULL */
    gboolean end_after; /* … once it has been done */
    GQueue late;        /* of SimLate *: what came since */

    gboolean ended;
    int status;
};

/** A process without disks, CPUs stopped; the caller unrefs it. */
SimMachine *sim_machine_new(SimHypervisor *hypervisor, const char *name, SimFs *fs,
                            SimClock *clock);
/** One more reference / one less. */
SimMachine *sim_machine_ref(SimMachine *machine);
void sim_machine_unref(SimMachine *machine);
/** The process ends; `flush`: orderly, what it wrote is durable. */
void sim_machine_end(SimMachine *machine, int status, gboolean flush);

/** Connect a client that has nothing but zeroes / let go of what it has not taken. */
void sim_monitor_init(SimMonitor *monitor, SimMachine *machine);
void sim_monitor_clear(SimMonitor *monitor);
/** Add an object (taken) to what the client has to take. */
void sim_monitor_put(SimMonitor *monitor, json_t *object);
/** The next one, which the caller unrefs, or NULL. */
json_t *sim_monitor_take(SimMonitor *monitor);

/** Send an event object ({"event","data"}; taken, never changed) to every monitor. */
void sim_machine_tell(SimMachine *machine, json_t *event);
/** Send an event to every monitor; data (taken) may be NULL. */
void sim_machine_event(SimMachine *machine, const char *name, json_t *data);
/** Send SHUTDOWN or RESET, with what has caused it: `reason` as QEMU words it. */
void sim_machine_tell_cause(SimMachine *machine, const char *name, gboolean by_guest,
                            const char *reason);
/** Queue background work; argument may be NULL. */
void sim_machine_later(SimMachine *machine, SimWork work, const char *argument);
/** Do the next piece of background work; FALSE when there is none. */
gboolean sim_machine_work(SimMachine *machine);
/** Let time pass until a sleeping job wakes, a command's deadline at most; FALSE when none does. */
gboolean sim_machine_sleep(SimMachine *machine);

/** Whether nothing is under way: no job, and no change by asking for the run state. */
gboolean sim_machine_still(const SimMachine *machine);

/** Count the CPUs' time up to now. */
void sim_machine_count_time(SimMachine *machine);
/** Whether the CPUs run. */
gboolean sim_machine_running(const SimMachine *machine);
/** Change the run state, without an event; the way must be in the table. */
void sim_machine_set_run(SimMachine *machine, SimRunState state);
/** Stop running CPUs for `state`, with STOP; stopped ones keep their state. */
void sim_machine_stop(SimMachine *machine, SimRunState state);
/** Let the CPUs run, with RESUME. */
void sim_machine_resume(SimMachine *machine);
/** The guest is off, or is reset where that ends it, with SHUTDOWN: the process ends, or stays with
 *  its CPUs stopped.  `reason` as QEMU words it. */
void sim_machine_shut_down(SimMachine *machine, gboolean by_guest, const char *reason);
/** The machine is reset, with RESET or SHUTDOWN; reason as above. */
void sim_machine_reset(SimMachine *machine, gboolean by_guest, const char *reason);
/** The guest's memory as after power-on. */
void sim_machine_power_on(SimMachine *machine);

/** The disk with that serial number or device id, or NULL. */
SimDevice *sim_machine_disk(SimMachine *machine, const char *name);
/** The disk with that device id, or NULL. */
SimDevice *sim_machine_device(SimMachine *machine, const char *id);
/** Plug a disk in: a member of the start configuration's "device". */
gboolean sim_machine_add_device(SimMachine *machine, const json_t *config, GError **error);
