/* Event packages: a row for each that the stack has documents for, and what the documents say; the profile's own follow, whose
 * documents the application says. RFC 6665 5.4, 3515 (refer), 3856 in shape (presence), 4235 in shape (dialog), 3680 in shape
 * (reg). A document is made anew for each NOTIFY from what there is, so that it is never stale. */
#include "events.h"

#include "documents.h"

typedef struct package_row {
    ss_slice name, type;
    uint32_t expires_s; /* when the SUBSCRIBE says nothing: 5.4.4 */
    void (*put)(const ss_visit *v, ss_buffer *b, const ss_subscription *sub);
} package_row;

static const package_row rows[SS_PACKAGE_ROWS] = {
    [SS_PACKAGE_REFER] = { SS_LIT_INIT("refer"), SS_LIT_INIT("message/sipfrag"), 300,
                           ss_document_refer },
    [SS_PACKAGE_PRESENCE] = { SS_LIT_INIT("presence"), SS_LIT_INIT("application/pidf+xml"), 3600,
                              ss_document_presence },
    [SS_PACKAGE_DIALOG] = { SS_LIT_INIT("dialog"), SS_LIT_INIT("application/dialog-info+xml"), 3600,
                            ss_document_dialog },
    [SS_PACKAGE_REG] = { SS_LIT_INIT("reg"), SS_LIT_INIT("application/reginfo+xml"), 3761, NULL },
};

/* RFC6665:8.2.1 */
ss_event_name ss_event_read(ss_slice value)
{
    ss_params params;
    ss_event_name name = { .package = ss_value_head(value, &params) };
    if (ss_params_get(params, SS_LIT("id"), &name.id) != SS_OK) {
        name.id = SS_EMPTY;
    }
    return name;
}

/* Names of packages compare with case: RFC6665:8.4 */
uint8_t ss_package_find(const ss_ua *ua, ss_slice name)
{
    const ss_ua_profile *profile = ua->identity->profile;
    for (uint8_t i = 0; i < SS_PACKAGE_ROWS; i++) {
        if (ss_slice_eq(rows[i].name, name)) {
            return i;
        }
    }
    for (unsigned i = 0; profile != NULL && i < profile->package_count; i++) {
        if (ss_slice_eq(profile->packages[i], name)) {
            return (uint8_t)(SS_PACKAGE_ROWS + i);
        }
    }
    return SS_PACKAGE_NONE;
}

bool ss_package_is_served(const ss_ua *ua, uint8_t package)
{
    const ss_ua_profile *profile = ua->identity->profile;
    if (package == SS_PACKAGE_NONE || package == SS_PACKAGE_REFER) {
        return package == SS_PACKAGE_REFER;
    }
    if (package >= SS_PACKAGE_ROWS) {
        return true;
    }
    for (unsigned i = 0; profile != NULL && i < profile->package_count; i++) {
        if (ss_slice_eq(profile->packages[i], rows[package].name)) {
            return true;
        }
    }
    return false;
}

ss_slice ss_package_type(uint8_t package)
{
    return package < SS_PACKAGE_ROWS ? rows[package].type : SS_LIT("");
}

uint32_t ss_package_expires(uint8_t package)
{
    return package < SS_PACKAGE_ROWS ? rows[package].expires_s : 3600;
}

ss_slice ss_package_body(const ss_visit *v, const ss_subscription *sub)
{
    if (sub->package >= SS_PACKAGE_ROWS || rows[sub->package].put == NULL) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    rows[sub->package].put(v, &b, sub);
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}
