using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Has the kernel schedule the runtime's threads that wait for sockets as <c>SCHED_BATCH</c> (https://man7.org/linux/man-pages/man7/sched.7.html): one that
/// wakes takes no core from a thread that is at work. Such a thread only says which sockets are ready. Without this each small news of the network takes a
/// core away from those that verify, store and answer; with it, it hears of several at once as soon as a core is free.
/// </summary>
/// <remarks>
/// On Linux alone, and not where somebody has chosen a policy for the process. An ordinary policy is left without any right, and what is refused, or is not
/// there in this C library, changes nothing. See docs/decisions/0028.
/// </remarks>
internal static partial class SocketThreads
{
    private const int Ordinary = 0, Batch = 3;

    /// <summary>Begins it on a thread of its own, whose policy the threads inherit: the first operation that has to wait in the process makes them. Where they are there already, nothing changes.</summary>
    public static void Begin()
    {
        if (OperatingSystem.IsLinux())
        {
            new Thread(Make) { IsBackground = true, Name = "Socket threads" }.Start();
        }
    }

    private static void Make()
    {
        try
        {
            // By the C library's way and not the kernel's: a thread that is made gets the policy that the library knows of its maker.
            var self = pthread_self();
            if (pthread_getschedparam(self, out var policy, out var priority) == 0 && policy == Ordinary && pthread_setschedparam(self, Batch, in priority) == 0)
            {
                // Bound to nothing, so that nobody can send to it.
                using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                _ = socket.ReceiveAsync(new byte[1]).ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);

                // Its end may make a thread of the pool.
                _ = pthread_setschedparam(self, Ordinary, in priority);
            }
        }
        catch (Exception error) when (error is SocketException or EntryPointNotFoundException or DllNotFoundException)
        {
            // As it was.
        }
    }

    /// <summary>POSIX (https://pubs.opengroup.org/onlinepubs/9799919799/functions/pthread_getschedparam.html); of <c>sched_param</c> Linux has the priority alone.</summary>
    [LibraryImport("libc")]
    private static partial int pthread_getschedparam(nuint thread, out int policy, out int priority);

    [LibraryImport("libc")]
    private static partial int pthread_setschedparam(nuint thread, int policy, in int priority);

    [LibraryImport("libc")]
    private static partial nuint pthread_self();
}
