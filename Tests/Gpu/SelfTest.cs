using System.Diagnostics;
using NativeSsl.Cli;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Every spec, and every case of real size, on one device without a test runner: for a machine that has a GPU but neither an SDK nor a network.</summary>
static class SelfTest
{
    /// <summary>Prints a line for each that fails, and how many passed; 1 if any failed.</summary>
    public static int Run(string selector, bool small)
    {
        foreach (GpuDevice device in GpuBackend.Devices())
            Console.WriteLine($"{device.Selector}: {device.Name}, {device.Capability}{(device.Refused is { } why ? $", refused: {why}" : "")}");
        IBackend opened = DeviceSelector.Open(selector, threads: null);
        using var gpu = (IDisposable)opened;
        int failed = Check("specs against the textbook", OpTests.ByName.Where(entry => !small || Small(entry.Value)).Select(entry => entry.Key),
            name => OpTests.ByName[name].Check(opened));
        if (!small) failed += Check("cases of real size against the CPU", Agreement.Cases.Keys.Concat(Agreement.Blocks.Keys), name => Assert.InRange(Agreement.Distance(name, opened), 0, Agreement.Allowed(name)));
        if (!small && opened is GpuBackend { HasTensorCores: true } cores)
            foreach (MatMulPrecision precision in new[] { MatMulPrecision.TensorFloat32, MatMulPrecision.BFloat16 })
            {
                cores.MatMulPrecision = precision;
                failed += Check($"products with {precision} against the CPU", Agreement.Products, name =>
                    Assert.InRange(Agreement.Distance(name, opened), Agreement.Rounding(precision) / 10, Agreement.AllowedRounded(name, precision)));
            }
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Products of groups of warps, which no card has tried yet: a process of its own, as a card that takes an instruction for illegal takes no more orders.</summary>
    public static int RunGroups(string selector)
    {
        IBackend opened = DeviceSelector.Open(selector, threads: null);
        using var gpu = (IDisposable)opened;
        int failed = 0;
        if (opened is GpuBackend { HasWarpGroups: true } groups)
            foreach (MatMulPrecision precision in new[] { MatMulPrecision.TensorFloat32, MatMulPrecision.BFloat16 })
            {
                (groups.MatMulPrecision, groups.UsesWarpGroups) = (precision, true);
                failed += Check($"products of groups of warps with {precision} against the CPU", Agreement.Products.Where(name => name.StartsWith("linear", StringComparison.Ordinal)),
                    name => Assert.InRange(Agreement.Distance(name, opened), Agreement.Rounding(precision) / 10, Agreement.AllowedRounded(name, precision)));
            }
        else Console.WriteLine($"{opened.Name} has no groups of warps");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>Steps that a driver does from a graph, which no card has tried yet either.</summary>
    public static int RunReplays(string selector)
    {
        IBackend opened = DeviceSelector.Open(selector, threads: null);
        using var device = (IDisposable)opened;
        if (opened is not GpuBackend gpu) throw new NativeSslException($"{opened.Name} replays nothing.");
        var tasks = new Dictionary<string, Func<GpuBackend, (Objective, IViewSource)>> { ["GPT"] = TenSteps.Gpt, ["SimCLR"] = TenSteps.SimClr };
        int failed = Check("steps replayed against steps in full", tasks.Keys, name => Console.WriteLine($"{name}: {ReplayTasks.Same(gpu, gpu, tasks[name])}"));
        return failed == 0 ? 0 : 1;
    }

    // Every kernel once or so, but nothing large: under a checker of memory a kernel runs a hundred times slower.
    static bool Small(OpSpec spec) => spec.Inputs.Sum(shape => shape.Count) <= 600;

    static int Check(string what, IEnumerable<string> names, Action<string> check)
    {
        long start = Stopwatch.GetTimestamp();
        int passed = 0, failed = 0;
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            try
            {
                check(name);
                passed++;
            }
            catch (Exception failure) when (failure is NativeSslException or Xunit.Sdk.XunitException)
            {
                failed++;
                Console.WriteLine($"FAILED {name}: {failure.Message}");
            }
        }
        Console.WriteLine($"{what}: {passed} passed, {failed} failed, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        return failed;
    }
}
