-- Few of many jobs are under way: those are looked for by queue.
create index job_view_open on warrener.job_view (updated_at) where status in ('running', 'undoing');
