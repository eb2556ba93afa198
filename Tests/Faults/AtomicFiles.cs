using System.Text;

namespace NativeSsl.Tests;

/// <summary>Whatever fails while a file is replaced, one of the two files is there, whole.</summary>
public sealed class AtomicFiles
{
    public static TheoryData<string, Type> Failures()
    {
        TheoryData<string, Type> all = [];
        foreach (string stage in Enum.GetNames<AtomicStage>())
            foreach (Type type in new[] { typeof(IOException), typeof(UnauthorizedAccessException), typeof(OutOfMemoryException) })
                all.Add(stage, type);
        return all;
    }

    [Theory, MemberData(nameof(Failures))]
    public void A_failure_at_any_stage_keeps_the_old_file(string stageName, Type type)
    {
        using Scratch scratch = new();
        string path = scratch.File("file");
        AtomicFile.Write(path, "old"u8.ToArray());
        AtomicStage stage = Enum.Parse<AtomicStage>(stageName);
        Exception? error = Record.Exception(() => AtomicFile.Write(path, stream => stream.Write("new"u8), 3, now =>
        {
            if (now == stage) throw (Exception)Activator.CreateInstance(type, "injected")!;
        }));
        if (type == typeof(OutOfMemoryException)) Assert.IsType(type, error);
        else Assert.Contains("injected", Assert.IsType<FileWriteException>(error).Message);
        Assert.Equal(stage == AtomicStage.FlushFolder ? "new" : "old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(scratch.Folder));
        AtomicFile.Write(path, "newer"u8.ToArray());
        Assert.Equal("newer", File.ReadAllText(path));
    }

    [Fact]
    public void A_stream_that_fails_anywhere_keeps_the_old_checkpoint()
    {
        using Scratch scratch = new();
        string path = scratch.File("model.safetensors");
        SafetensorsWriter.Write(path, [SafetensorsItem.From("x", [1], new[] { 1f })]);
        byte[] before = File.ReadAllBytes(path), big = new byte[4 << 20];
        for (int limit = 0; limit < big.Length; limit += 64 << 10)
            Assert.Throws<FileWriteException>(() => AtomicFile.Write(path, stream =>
            {
                stream.Write(big.AsSpan(0, limit));
                throw new IOException("no space left");
            }, big.Length));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void Litter_is_swept_and_other_files_stay()
    {
        using Scratch scratch = new();
        AtomicFile.Write(scratch.File("file"), "x"u8.ToArray());
        File.WriteAllText(scratch.File("file.0123.nativessl-partial"), "half");
        Assert.Equal(1, AtomicFile.Sweep(scratch.Folder));
        Assert.Equal([scratch.File("file")], Directory.GetFiles(scratch.Folder));
        Assert.Equal(0, AtomicFile.Sweep(scratch.File("nothing")));
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Contains("/nowhere/file",
            Assert.Throws<FileWriteException>(() => AtomicFile.Write("/nowhere/file", Encoding.UTF8.GetBytes("x"))).Message);
}
