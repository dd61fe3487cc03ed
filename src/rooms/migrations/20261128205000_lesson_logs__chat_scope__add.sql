-- compatible: yes
-- Who reads what pupils write in the chat: their class, the staff alone; or it is off.
ALTER TABLE lesson_logs ADD COLUMN chat_scope text NOT NULL DEFAULT 'all'
  CONSTRAINT lesson_logs_chat_scope CHECK (chat_scope IN ('all', 'staff', 'off'));
