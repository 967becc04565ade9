#include "report/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MOST_PLACES 12

/* |V| × 10^PLACES below 2^63: digits, a point, commas between thousands. */
static void plain(char out[M2_NUMBER_SIZE], double v, int places)
{
    char digits[32];
    uint64_t scaled = (uint64_t)llround(fabs(v) * pow(10, places));
    int n = snprintf(digits, sizeof digits, "%0*llu", places + 1, (unsigned long long)scaled);
    size_t at = 0;
    if (v < 0 && scaled)
        out[at++] = '-';
    for (int i = 0; i < n; i++) {
        int left = n - places - i; /* digits before the point, this one included */
        if (i && left > 0 && left % 3 == 0 && n - places > 4)
            out[at++] = ',';
        if (!left)
            out[at++] = '.';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

void m2_chart_number(char out[M2_NUMBER_SIZE], double v, int places)
{
    places = places < 0 ? 0 : places > MOST_PLACES ? MOST_PLACES : places;
    double size = fabs(v);
    bool tiny = size > 0 && size < pow(10, -places) / 2 && places == MOST_PLACES;
    if (size * pow(10, places) < 9e15 && !tiny) {
        plain(out, v, places);
        return;
    }
    int exponent = (int)floor(log10(size));
    double mantissa = v / pow(10, exponent);
    if (fabs(mantissa) >= 9.995) {
        exponent++;
        mantissa /= 10;
    }
    plain(out, mantissa, 2);
    size_t n = strlen(out);
    (void)snprintf(out + n, M2_NUMBER_SIZE - n, "e%d", exponent);
}

int m2_chart_places(const struct m2_doc_chart *c)
{
    double most = 0;
    bool whole = true;
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++) {
            double y = c->series.at[i].points.at[k].y;
            if (!m2_doc_drawable(y))
                continue;
            most = fabs(y) > most ? fabs(y) : most;
            whole = whole && fabs(y) < 1e15 && y == floor(y);
        }
    if (whole || most >= 1000)
        return 0;
    int exponent = (int)floor(log10(most));
    return exponent >= 0 ? 2 : 2 - exponent > MOST_PLACES ? MOST_PLACES : 2 - exponent;
}
