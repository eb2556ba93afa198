System.Console.WriteLine("nativessl");
