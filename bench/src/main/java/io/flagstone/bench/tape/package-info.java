// SPDX-License-Identifier: Apache-2.0
/** The trade tape, and the book of traded price levels that is kept from it. */
package io.flagstone.bench.tape;
