using System.Text.Json;

namespace NativeSsl.Tests.Cli;

public sealed class DevicesTests
{
    [Fact]
    public void Lists_every_kind()
    {
        using var console = new Console();
        Assert.Equal(0, console.Run("devices"));
        foreach (string kind in new[] { "cpu\t", "\ncuda", "\nopencl", "\nsimulator\t" })
            Assert.Contains(kind, console.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_json_and_nothing_else()
    {
        using var console = new Console();
        Assert.Equal(0, console.Run("devices", "--json"));
        using JsonDocument document = JsonDocument.Parse(console.Out);
        Assert.Equal("cpu", document.RootElement[0].GetProperty("device").GetString());
    }

    [Theory]
    [InlineData("devicse")]
    [InlineData("devices", "--threads", "0")]
    [InlineData("devices", "--threads", "two")]
    [InlineData("devices", "--seed", "-1")]
    [InlineData("devices", "surplus")]
    public void A_mistake_in_the_command_exits_2_without_a_stack_trace(params string[] args)
    {
        using var console = new Console();
        Assert.Equal(2, console.Run(args));
        Assert.NotEqual("", console.Error);
        Assert.DoesNotContain("   at ", console.Error, StringComparison.Ordinal);
    }
}
