#pragma once

/// Nothing to call. A program that depends on this target has another `free`: it overwrites what it is given before it
/// gives it back, whoever frees it, C libraries and Swift's arrays and strings included. What a secret leaves behind on
/// its way is gone with the memory that it lay in. See CWiping.c.
