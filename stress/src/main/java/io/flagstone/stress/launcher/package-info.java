// SPDX-License-Identifier: Apache-2.0
/** The entry point of the runnable jar: starts jcstress with settings that suit this project. */
package io.flagstone.stress.launcher;
