// SPDX-License-Identifier: Apache-2.0
/**
 * Raw memory.
 *
 * <ul>
 *   <li>{@link io.flagstone.internal.memory.Region} is the direct memory of one segment. {@link
 *       io.flagstone.internal.memory.RegionAllocator} allocates the regions of a cache, and {@link
 *       io.flagstone.internal.memory.RegionFile} maps them from a file. {@link
 *       io.flagstone.internal.memory.SharedWork} shares long work among threads.
 *   <li>{@link io.flagstone.internal.memory.RawMemory} copies and compares bytes on and off the
 *       heap. {@link io.flagstone.internal.memory.MappedCopy} copies bytes in mapped files, which
 *       may be truncated.
 *   <li>{@link io.flagstone.internal.memory.HugePages}, {@link
 *       io.flagstone.internal.memory.DirectMemory}, {@link io.flagstone.internal.memory.JvmAccess}
 *       and {@link io.flagstone.internal.memory.ThreadId} ask the operating system and the JVM.
 *   <li>{@link io.flagstone.internal.memory.Invariant} is the check that audits use, and {@link
 *       io.flagstone.internal.memory.AccessFaults} injects faults for tests.
 * </ul>
 */
package io.flagstone.internal.memory;
