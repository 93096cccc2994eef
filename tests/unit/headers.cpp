// SPDX-License-Identifier: GPL-2.0
// Nothing: the target that precompiles the tests' headers needs a source.
