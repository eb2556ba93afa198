namespace NativeSsl.Tests.Cli;

/// <summary>A test that sends signals with <c>kill</c>; skipped on Windows.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "Windows has no kill command to send signals with.";
    }
}
