#pragma once
#include <pango/pangocairo.h>

// pango_attr_list_insert and pango_attr_font_features_new import as they are; the cast macro of GObject does not.
static inline cairo_scaled_font_t *CPango_scaled_font(PangoFont *font) {
    return pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
}
