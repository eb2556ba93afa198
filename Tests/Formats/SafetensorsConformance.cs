namespace NativeSsl.Tests;

/// <summary>What the format's own library says of a folder of files, ours says too.</summary>
public sealed class SafetensorsConformance
{
    sealed class ConformanceFactAttribute : FactAttribute
    {
        public static readonly string Folder =
            Path.Combine(Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? "", "safetensors_conformance");

        public ConformanceFactAttribute()
        {
            if (!File.Exists(Path.Combine(Folder, "expected.tsv")))
                Skip = "NATIVESSL_DATA does not name a folder with safetensors_conformance.";
        }
    }

    [ConformanceFact]
    public void The_verdicts_of_the_reference_are_ours()
    {
        string[][] lines = [.. File.ReadLines(Path.Combine(ConformanceFactAttribute.Folder, "expected.tsv")).Skip(1)
            .Select(line => line.Split('\t'))];
        Assert.Equal(11, lines.Length);
        foreach (string[] line in lines)
        {
            string path = Path.Combine(ConformanceFactAttribute.Folder, line[0]);
            if (line[1].StartsWith("ERROR", StringComparison.Ordinal))
                Assert.Throws<MalformedFileException>(() => SafetensorsFile.Open(path));
            else
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                file.Verify();
                Assert.Equal(line[1].Contains("no tensors", StringComparison.Ordinal) ? 0 : 1, file.Entries.Count);
                if (file.Entries.Count == 0 || file.Entries[0].Type != SafetensorsType.Int32) continue;
                long[] values = new long[file.Entries[0].Count];
                file.Read(file.Entries[0].Name, values);
                Assert.All(values, value => Assert.Equal(0, value));
            }
        }
        using SafetensorsFile metadata = SafetensorsFile.Open(Path.Combine(ConformanceFactAttribute.Folder, "ok_metadata.safetensors"));
        Assert.Equal("pt", metadata.Metadata["framework"]);
    }
}
