/*
 * The fields that every build has, for the list of all.
 */
#ifndef TALLYMAN_RECORD_FIELDS_FIXED_H
#define TALLYMAN_RECORD_FIELDS_FIXED_H

#include "record/fields.h"

extern const struct field fields_fixed[];
extern const size_t fields_fixed_count;

#endif
