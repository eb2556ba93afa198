using System.Security.Cryptography;
using System.Text.Json;
using NativeSsl.Cli.Catalogue;

namespace NativeSsl.Tests.Cli;

public sealed class DataTests : IDisposable
{
    static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];
    static readonly DataSet Set =
        new("made up", "bytes", new Uri("http://127.0.0.1:1/none"), Convert.ToHexStringLower(SHA256.HashData(Content)),
            Content.Length, "none", "made/up.bin");

    readonly Scratch _scratch = new();
    string Place => _scratch.File(Set.File);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Fetches_checks_and_puts_in_place()
    {
        using var server = new FileServer(Content);
        long last = 0;
        Download.Fetch(Set, server.Address, Place, done => last = done, CancellationToken.None);
        Assert.Equal(Content, File.ReadAllBytes(Place));
        Assert.Equal(Content.Length, last);
        Assert.True(Download.IsThere(Set, Place));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Place)!));
    }

    [DataFact("scitldr_a")]
    public void Papers_at_hand_are_what_the_catalogue_says()
    {
        string At(DataSet set) => Path.Combine(DataFactAttribute.Folder!, set.File);
        // Of other sets some parts are at hand, or packed differently.
        foreach (DataSet set in new[] { "scitldr-train", "scitldr-dev" }.Select(DataSet.Find))
            Assert.Equal((set.Bytes, set.Sha256), (new FileInfo(At(set)).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(At(set))))));
    }

    [Fact]
    public void Refuses_a_wrong_hash_and_leaves_nothing()
    {
        byte[] other = [.. Content];
        other[^1] ^= 1;
        Refused(other, "SHA-256");
    }

    [Fact]
    public void Refuses_more_than_was_announced() => Refused([.. Content, 0], "more than");

    [Fact]
    public void Refuses_a_shorter_file() => Refused(Content[..^1], "SHA-256");

    [Fact]
    public void A_transfer_that_breaks_off_is_an_error()
    {
        using var server = new FileServer(Content[..1000], promised: Content.Length);
        Assert.Contains("Check the connection", Assert.Throws<NativeSslException>(() => Fetch(server)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Place));
    }

    [Fact]
    public void A_server_that_says_no_is_an_error()
    {
        using var server = new FileServer([], status: 404);
        Assert.Contains("404", Assert.Throws<NativeSslException>(() => Fetch(server)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_content_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, "mine");
        Assert.Contains("Move it away",
            Assert.Throws<MalformedFileException>(() => Download.IsThere(Set, Place)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_refuses_a_mirror_with_something_else()
    {
        using var server = new FileServer(Content);
        using var console = new Console();
        Assert.Equal(2, console.Run("data", "tinyshakespeare", "--to", _scratch.Folder, "--address", server.Address.ToString()));
        Assert.Equal(1, server.Requests);
        Assert.Contains("tinyshakespeare has 86c4e6aa", console.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_scratch.Folder, "*", SearchOption.AllDirectories));
    }

    [DataFact("tinyshakespeare")]
    public void The_command_fetches_the_real_thing_once()
    {
        string data = DataFactAttribute.Folder!;
        using var server = new FileServer(File.ReadAllBytes(Path.Combine(data, "tinyshakespeare", "input.txt")));
        string[] args = ["data", "tinyshakespeare", "--to", _scratch.Folder, "--address", server.Address.ToString()];
        using var console = new Console();
        Assert.Equal(0, console.Run(args));
        using var again = new Console();
        Assert.Equal(0, again.Run(args));
        Assert.Equal(1, server.Requests);
        Assert.Contains("already", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_fetches_nothing()
    {
        using var server = new FileServer(Content);
        using var console = new Console();
        Assert.Equal(0, console.Run("data", "tinyshakespeare", "--dry-run", "--to", _scratch.Folder, "--address", server.Address.ToString()));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void Lists_address_hash_and_licence()
    {
        using var console = new Console();
        Assert.Equal(0, console.Run("data", "--json"));
        using JsonDocument document = JsonDocument.Parse(console.Out);
        foreach (JsonElement set in document.RootElement.EnumerateArray())
        {
            Assert.StartsWith("https://", set.GetProperty("address").GetString(), StringComparison.Ordinal);
            Assert.Equal(64, set.GetProperty("sha256").GetString()!.Length);
            Assert.NotEqual("", set.GetProperty("licence").GetString());
        }
    }

    [Fact]
    public void An_unknown_name_exits_2_and_says_what_is_known()
    {
        using var console = new Console();
        Assert.Equal(2, console.Run("data", "shakespear"));
        Assert.Contains("tinyshakespeare", Assert.Single(console.ErrorLines), StringComparison.Ordinal);
    }

    void Refused(byte[] content, string why)
    {
        using var server = new FileServer(content);
        Assert.Contains(why, Assert.Throws<NativeSslException>(() => Fetch(server)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_scratch.Folder, "*", SearchOption.AllDirectories));
    }

    void Fetch(FileServer server) => Download.Fetch(Set, server.Address, Place, _ => { }, CancellationToken.None);
}
