// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.cache.CacheException;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.management.CacheMXBean;
import javax.cache.management.CacheStatisticsMXBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * A cache's beans in the platform's server, under the names that the specification gives.
 *
 * <p>Special characters of the manager's URI become dots, as the specification has it. A cache's
 * name that has any is quoted, so that different names stay different. If the name of a bean is
 * taken, by a manager of the same URI and another class loader, the bean gets a property {@code
 * instance} with a number in addition. Thread-safe.
 */
final class ManagementBeans {
    private static final String SPECIAL = "[,:=\\s*?\"]";

    /** Names that stand for themselves. */
    private static final Pattern PLAIN = Pattern.compile("[^,:=*?\"\\\\\\p{Cntrl}]+");

    private final URI manager;
    private final String cache;
    private final CacheMXBean configuration;
    private final CacheStatisticsMXBean statistics;
    private final Map<String, ObjectName> registered = new HashMap<>();
    private boolean closed;

    ManagementBeans(
            URI manager,
            String cache,
            CompleteConfiguration<?, ?> configuration,
            CacheStatisticsMXBean statistics) {
        this.manager = manager;
        this.cache = cache;
        this.configuration = new ConfigurationBean(configuration);
        this.statistics = statistics;
    }

    void showConfiguration(boolean shown) {
        show("CacheConfiguration", configuration, CacheMXBean.class, shown);
    }

    void showStatistics(boolean shown) {
        show("CacheStatistics", statistics, CacheStatisticsMXBean.class, shown);
    }

    /** Takes both beans from the server. */
    synchronized void close() {
        closed = true;
        showConfiguration(false);
        showStatistics(false);
    }

    private synchronized <T> void show(String type, T bean, Class<T> face, boolean shown) {
        final ObjectName present = registered.get(type);
        if (shown == (present != null) || shown && closed) {
            // Most caches never show a bean, and need no server for that.
            return;
        }
        try {
            final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            if (shown) {
                registered.put(type, register(server, type, new StandardMBean(bean, face, true)));
            } else {
                registered.remove(type);
                server.unregisterMBean(present);
            }
        } catch (final InstanceNotFoundException e) {
            // Somebody else took it from the server.
            return;
        } catch (final JMException e) {
            throw new CacheException(
                    "the server refuses the bean " + type + " of the cache " + cache, e);
        }
    }

    /** Registers a bean by its name, or with a number after it if another manager has the name. */
    private ObjectName register(MBeanServer server, String type, Object bean) throws JMException {
        for (int instance = 1; ; instance++) {
            final ObjectName name = name(type, instance);
            try {
                server.registerMBean(bean, name);
                return name;
            } catch (final InstanceAlreadyExistsException e) {
                // The next number is tried.
            }
        }
    }

    private ObjectName name(String type, int instance) throws JMException {
        return new ObjectName(
                "javax.cache:type="
                        + type
                        + ",CacheManager="
                        + manager.toString().replaceAll(SPECIAL, ".")
                        + ",Cache="
                        + (PLAIN.matcher(cache).matches() ? cache : ObjectName.quote(cache))
                        + (instance == 1 ? "" : ",instance=" + instance));
    }

    /** The configuration as a bean. */
    private record ConfigurationBean(CompleteConfiguration<?, ?> configuration)
            implements CacheMXBean {
        @Override
        public String getKeyType() {
            return configuration.getKeyType().getName();
        }

        @Override
        public String getValueType() {
            return configuration.getValueType().getName();
        }

        @Override
        public boolean isReadThrough() {
            return configuration.isReadThrough();
        }

        @Override
        public boolean isWriteThrough() {
            return configuration.isWriteThrough();
        }

        @Override
        public boolean isStoreByValue() {
            return configuration.isStoreByValue();
        }

        @Override
        public boolean isStatisticsEnabled() {
            return configuration.isStatisticsEnabled();
        }

        @Override
        public boolean isManagementEnabled() {
            return configuration.isManagementEnabled();
        }
    }
}
