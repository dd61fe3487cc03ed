-- Facts get their natural ids in the next step; what closed a follow-up keeps pointing at its fact.
UPDATE follow_ups u SET closed_fact_id = fact_id(f.source, f.source_key) FROM facts f WHERE f.id = u.closed_fact_id;
