// SPDX-License-Identifier: Apache-2.0
/** The comparison of all contenders: its plan, measurements, JVMs, figures and report. */
package io.flagstone.bench.compare;
