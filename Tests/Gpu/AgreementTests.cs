using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

public sealed class AgreementTests
{
    public static TheoryData<string> All => [.. Agreement.Cases.Keys];

    [OpenClTheory, MemberData(nameof(All))]
    public void OpenCL_agrees_with_the_CPU(string name) => Assert.InRange(Agreement.Distance(name, Devices.OpenCl), 0, Agreement.Allowed(name));
}
