using System.Diagnostics;
using System.Text.RegularExpressions;

namespace NativeSsl.Tests.Gpu;

/// <summary>No kernel that OpenCL is given races, leaves its memory, or has a barrier that only some threads reach: every small spec in a process whose OpenCL device is Oclgrind.</summary>
[Trait("Category", "Oclgrind")]
public sealed partial class OclgrindTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [OclgrindTheory, InlineData("check-gpu", "opencl", "small"), InlineData("plant-fault", "none")]
    public void Kernels_are_clean(params string[] arguments)
    {
        (int status, string output, string[] faults) = Under(arguments);
        Assert.True(status == 0, output);
        Assert.Empty(faults);
    }

    [OclgrindTheory, InlineData("race", "data race"), InlineData("out of bounds", "Invalid read"), InlineData("divergent barrier", "divergence")]
    public void A_planted_fault_is_found(string fault, string found) => Assert.Contains(Under("plant-fault", fault).Faults, line => line.Contains(found, StringComparison.Ordinal));

    (int Status, string Output, string[] Faults) Under(params string[] arguments)
    {
        string vendors = Directory.CreateDirectory(_scratch.File("vendors")).FullName, log = _scratch.File("log");
        File.WriteAllText(Path.Combine(vendors, "oclgrind.icd"), OclgrindTheoryAttribute.Library + "\n");
        ProcessStartInfo start = OwnProcess.Of(typeof(Program), arguments);
        start.Environment["OCL_ICD_VENDORS"] = vendors;
        // Optimised code has instructions that Oclgrind 21.10 gets wrong: attention with dropout, which every other device gets right.
        start.Environment["OCLGRIND_BUILD_OPTIONS"] = "-cl-opt-disable";
        start.Environment["OCLGRIND_DATA_RACES"] = "1";
        start.Environment["OCLGRIND_MAX_ERRORS"] = "50";
        start.Environment["OCLGRIND_LOG"] = log;
        (int status, string output, string errors) = OwnProcess.Run(start);
        return (status, output + errors, [.. (File.Exists(log) ? File.ReadLines(log) : []).Where(line => Fault().IsMatch(line))]);
    }

    [GeneratedRegex("race|Invalid|divergence")]
    private static partial Regex Fault();
}
