/* documents.h: what the NOTIFYs of the stack's packages carry: a printer each. */
#ifndef SS_UA_DOCUMENTS_H
#define SS_UA_DOCUMENTS_H

#include "events.h"

void ss_document_refer(const ss_visit *v, ss_buffer *b, const ss_subscription *sub);
void ss_document_presence(const ss_visit *v, ss_buffer *b, const ss_subscription *sub);
void ss_document_dialog(const ss_visit *v, ss_buffer *b, const ss_subscription *sub);

/** What a publication says: one tuple of ours. */
void ss_document_publish(const ss_visit *v, ss_buffer *b, bool is_open, ss_slice note);

/** Text inside an element or a quoted attribute: & < > " are escaped, control characters are left out. */
void ss_put_xml(ss_buffer *b, ss_slice text);

#endif
