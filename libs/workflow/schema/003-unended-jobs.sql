-- Counted by status at every scrape of the metrics, and few of many: an index alone answers.
create index job_view_unended on warrener.job_view (status) where status in ('running', 'undoing', 'parked');
