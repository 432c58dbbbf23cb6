/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs of an instance, run to their end.
 */
#include "spec/driver/domain_obj.h"

/* Our one job's name; calls do not overlap, so there is never a second one.  QMP costs by the byte.
 */
#define JOB_ID "j"

/* Our job as query-jobs shows it, a new reference; NULL where it is gone. */
static gboolean
find_job(VmDomain *domain, json_t **found, GError **error)
{
    json_t *jobs = NULL, *job;
    gsize i;
    *found = NULL;
    if (!vm_domain_qmp(domain, "query-jobs", NULL, &jobs, error))
        return FALSE;
    json_array_foreach(jobs, i, job)
    {
        if (g_strcmp0(json_string_value(json_object_get(job, "id")), JOB_ID) == 0)
            *found = json_incref(job);
    }
    json_decref(jobs);
    return TRUE;
}

static gboolean
is_in(const json_t *job, const char *status)
{
    return g_strcmp0(json_string_value(json_object_get(job, "status")), status) == 0;
}

static gboolean
is_commit(const json_t *job)
{
    return g_strcmp0(json_string_value(json_object_get(job, "type")), "commit") == 0;
}

/* The arguments of a command about our job, which nobody changes. */
static json_t *job_arguments;

static void __attribute__((destructor)) forget_at_exit(void)
{
    json_decref(job_arguments);
}

static json_t *
about_job(void)
{
    if (job_arguments == NULL)
        job_arguments = json_pack("{s:s}", "id", JOB_ID);
    return json_incref(job_arguments);
}

static void
dismiss(VmDomain *domain)
{
    vm_qmp(domain->instance, "job-dismiss", about_job(), NULL);
}

static gboolean
cancel(VmDomain *domain)
{
    return vm_qmp(domain->instance, "job-cancel", about_job(), NULL);
}

/* A commit that is ready would wait for ever; whoever began it begins again. */
void
vm_domain_clear_job(VmDomain *domain)
{
    json_t *job = NULL;
    while (find_job(domain, &job, NULL) && job != NULL) {
        gboolean concluded = is_in(job, "concluded"), commit = is_commit(job);
        json_t *event = NULL;
        json_decref(job);
        if (concluded) {
            dismiss(domain);
            return;
        }
        gboolean ends = !commit || cancel(domain);
        if (!vm_domain_wait_event(domain, "a job of a call before", &event, NULL))
            return;
        ends |= event != NULL;
        json_decref(event);
        if (!ends)
            return;
    }
}

/* ---- to the end ---- */

/* What a job's events have told. */
typedef enum {
    JOB_RUNS,
    JOB_READY, /* it is to be completed */
    JOB_FAILS, /* it is aborting, and will be concluded */
    JOB_DONE,
    JOB_FAILED, /* why, query-jobs tells */
    JOB_SILENT, /* nothing came: it must be asked for */
} JobNews;

/* A job that fails is aborting before it is concluded; one that did well never is. */
static JobNews
news_of(const json_t *event, JobNews before)
{
    const json_t *data = json_object_get(event, "data");
    if (data == NULL || g_strcmp0(json_string_value(json_object_get(data, "id")), JOB_ID) != 0)
        return before;
    const char *status = json_string_value(json_object_get(data, "status"));
    if (g_strcmp0(status, "ready") == 0)
        return JOB_READY;
    if (g_strcmp0(status, "aborting") == 0)
        return JOB_FAILS;
    if (g_strcmp0(status, "concluded") != 0)
        return before;
    return before == JOB_FAILS ? JOB_FAILED : JOB_DONE;
}

/* Answers of a real QEMU are not cheap, so the events are listened to, and a job that did well is
 * asked for nothing. */
static gboolean
await_news(VmDomain *domain, const char *name, gboolean ready, JobNews *news, GError **error)
{
    *news = JOB_RUNS;
    while (*news == JOB_RUNS || *news == JOB_FAILS || (*news == JOB_READY && !ready)) {
        json_t *event = NULL;
        if (!vm_domain_wait_event(domain, name, &event, error))
            return FALSE;
        *news = event != NULL ? news_of(event, *news) : JOB_SILENT;
        json_decref(event);
    }
    return TRUE;
}

/* The error of a job that has concluded, "" for none, or NULL where it still runs. */
static char *
verdict_of(const json_t *job)
{
    const char *text = json_string_value(json_object_get(job, "error"));
    if (job == NULL)
        return g_strdup("the job is gone");
    return is_in(job, "concluded") ? g_strdup(text != NULL ? text : "") : NULL;
}

/* *verdict stays NULL where the job is ready and that is what was waited for. */
static gboolean
await_verdict(VmDomain *domain, const char *name, gboolean ready, char **verdict, GError **error)
{
    while (*verdict == NULL) {
        JobNews news = JOB_RUNS;
        json_t *job = NULL;
        if (!await_news(domain, name, ready, &news, error))
            return FALSE;
        if (news == JOB_DONE)
            *verdict = g_strdup("");
        if (news == JOB_DONE || news == JOB_READY)
            return TRUE;
        if (!find_job(domain, &job, error))
            return FALSE;
        gboolean is_ready = ready && is_in(job, "ready");
        *verdict = is_ready ? NULL : verdict_of(job);
        json_decref(job);
        if (is_ready)
            return TRUE;
    }
    return TRUE;
}

gboolean
vm_domain_begin_job(VmDomain *domain, const char *name, json_t *arguments, GError **error)
{
    json_object_set_new(arguments, "job-id", json_string(JOB_ID));
    /* What is waiting is about a job before this one, which may have had the same name. */
    vm_domain_take_events(domain);
    return vm_domain_qmp(domain, name, arguments, NULL, error);
}

static gboolean
take_verdict(VmDomain *domain, const char *name, const char *verdict, GError **error)
{
    dismiss(domain);
    if (*verdict == '\0')
        return TRUE;
    return vm_refuse(error, VIR_ERR_OPERATION_FAILED, "domain '%s': %s failed: %s",
                     domain->def->name, name, verdict);
}

gboolean
vm_domain_end_job(VmDomain *domain, const char *name, GError **error)
{
    g_autofree char *verdict = NULL;
    return await_verdict(domain, name, FALSE, &verdict, error) &&
           take_verdict(domain, name, verdict, error);
}

gboolean
vm_domain_await_ready(VmDomain *domain, const char *name, GError **error)
{
    g_autofree char *verdict = NULL;
    if (!await_verdict(domain, name, TRUE, &verdict, error))
        return FALSE;
    if (verdict == NULL)
        return TRUE;
    return take_verdict(domain, name, *verdict != '\0' ? verdict : "it was never ready", error);
}

gboolean
vm_domain_complete_job(VmDomain *domain, const char *name, GError **error)
{
    return vm_domain_qmp(domain, "job-complete", about_job(), NULL, error) &&
           vm_domain_end_job(domain, name, error);
}

gboolean
vm_domain_run_job(VmDomain *domain, const char *name, json_t *arguments, GError **error)
{
    return vm_domain_begin_job(domain, name, arguments, error) &&
           vm_domain_end_job(domain, name, error);
}
