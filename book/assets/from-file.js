// A page opened from a file may not read its neighbours: the search then lists what it found without the
// lines around it, instead of failing at each.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
